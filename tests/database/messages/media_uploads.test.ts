import assert from "node:assert/strict";
import type pg from "pg";
import { endUpload, sendMedia, storedMedia, uploadsOf } from "../../support/media.ts";
import { send } from "../../support/messages.ts";
import { claim, outboxOf, record, statusOf } from "../../support/outbox.ts";
import { aChannel, aConversation, aWorkspace, type Workspace } from "../../support/people.ts";
import { stories } from "../../support/story.ts";

/** A message with a file is sent once the provider has the file. */

const story = stories();

async function aThread(db: pg.PoolClient, workspace?: Workspace) {
  const inside = workspace ?? (await aWorkspace(db));
  const { conversationId } = await aConversation(db, inside);
  return { workspace: inside, conversationId };
}

const jobsOf = async (db: pg.PoolClient) =>
  (
    await db.query(
      `select key, run_at <= now() as is_due from graphile_worker.jobs
       where task_identifier = 'upload_media' order by id`,
    )
  ).rows;

const contentOf = async (db: pg.PoolClient) =>
  (await db.query("select content from app_private.claim_outbox(100, '1 minute')")).rows.map(
    ({ content }) => content,
  );

const setProviderMedia = (db: pg.PoolClient, change: string) =>
  db.query(`update app_private.provider_media set ${change}`);

story(
  "a file is uploaded once for all messages of a channel that wait for it, and then goes with each",
  async (db) => {
    const { workspace, conversationId } = await aThread(db);
    const other = await aThread(db, workspace);
    const mediaId = await storedMedia(db, workspace.tenantId);
    await sendMedia(db, conversationId, mediaId, { content: { caption: "Hi" } });
    await sendMedia(db, other.conversationId, mediaId);
    assert.deepEqual(await claim(db), []);
    assert.deepEqual(await claim(db), [], "they are not due");
    const [upload, ...more] = await uploadsOf(db, workspace.tenantId);
    assert.deepEqual(more, []);
    assert.deepEqual(await jobsOf(db), [{ key: null, is_due: true }]);

    await endUpload(db, upload, "71");
    assert.deepEqual(await uploadsOf(db, workspace.tenantId), []);
    assert.deepEqual(new Set(await contentOf(db)), new Set([{ id: "71", caption: "Hi" }, { id: "71" }]));
    await sendMedia(db, (await aThread(db, workspace)).conversationId, mediaId);
    assert.deepEqual(await contentOf(db), [{ id: "71" }], "the provider's id is remembered");
  },
);

story("a message that waits for its file delays its own conversation and no other", async (db) => {
  const { workspace, conversationId } = await aThread(db);
  const picture = await sendMedia(db, conversationId, await storedMedia(db, workspace.tenantId));
  const text = await send(db, conversationId);
  const elsewhere = await send(db, (await aThread(db, workspace)).conversationId);
  assert.deepEqual(await claim(db), [elsewhere]);
  // A new message makes the conversation due: the oldest still waits.
  await send(db, conversationId);
  assert.deepEqual(await claim(db), []);
  await endUpload(db, (await uploadsOf(db, workspace.tenantId))[0], "71");
  assert.deepEqual(await claim(db), [picture]);
  await record(db, { message_id: picture, kind: "sent", provider_message_id: "wamid.1" });
  assert.deepEqual(await claim(db), [text]);
});

story(
  "messages that wait for their files take no places in the batch and no tokens of the send rate",
  async (db) => {
    const { workspace } = await aThread(db);
    await db.query("update app_public.channels set messages_per_second = 1");
    for (let count = 0; count < 5; count++)
      await sendMedia(
        db,
        (await aThread(db, workspace)).conversationId,
        await storedMedia(db, workspace.tenantId),
      );
    const text = await send(db, (await aThread(db, workspace)).conversationId);
    assert.deepEqual(await claim(db, 1), [text]);
    assert.equal((await uploadsOf(db, workspace.tenantId)).length, 5);
  },
);

story("each channel has its own id of a file, and a received file has none yet", async (db) => {
  const { workspace, conversationId } = await aThread(db);
  const mediaId = await storedMedia(db, workspace.tenantId);
  await db.query(
    `insert into app_private.provider_media (tenant_id, media_id, channel_id, provider_media_id, expires_at)
     values ($1, $2, $3, 'received', now() + interval '7 days')`,
    [workspace.tenantId, mediaId, workspace.channelId],
  );
  const channelId = await aChannel(db, workspace.tenantId);
  const other = await aThread(db, { ...workspace, channelId });
  await sendMedia(db, conversationId, mediaId);
  await sendMedia(db, other.conversationId, mediaId);
  assert.deepEqual(await claim(db), []);
  const uploads = await uploadsOf(db, workspace.tenantId);
  assert.deepEqual(
    new Set(uploads.map(({ channel_id }) => channel_id)),
    new Set([workspace.channelId, channelId]),
  );
  for (const upload of uploads)
    await endUpload(db, upload, upload.channel_id === channelId ? "other" : "own");
  assert.deepEqual(new Set(await contentOf(db)), new Set([{ id: "own" }, { id: "other" }]));
});

story("a file is uploaded again a day before the provider deletes it", async (db) => {
  const { workspace, conversationId } = await aThread(db);
  const mediaId = await storedMedia(db, workspace.tenantId);
  await sendMedia(db, conversationId, mediaId);
  await claim(db);
  await endUpload(db, (await uploadsOf(db, workspace.tenantId))[0], "71");
  await setProviderMedia(db, "expires_at = now() + interval '23 hours'");
  assert.deepEqual(await claim(db), []);
  await endUpload(db, (await uploadsOf(db, workspace.tenantId))[0], "72");
  assert.deepEqual(await contentOf(db), [{ id: "72" }]);
});

story(
  "when a file cannot be uploaded its messages fail with the reason, and what follows them is sent",
  async (db) => {
    const { workspace, conversationId } = await aThread(db);
    const mediaId = await storedMedia(db, workspace.tenantId);
    const picture = await sendMedia(db, conversationId, mediaId);
    const text = await send(db, conversationId);
    await claim(db);
    await endUpload(db, (await uploadsOf(db, workspace.tenantId))[0], null);
    const { status, error_code, error, attempts } = await statusOf(db, picture);
    assert.deepEqual([status, error_code, error, attempts], ["failed", "131053", { code: "131053" }, 0]);
    assert.equal(await outboxOf(db, picture), undefined);
    assert.deepEqual(await claim(db), [text]);
  },
);

story("what the provider refuses because of a remembered file is uploaded again, once", async (db) => {
  const { workspace, conversationId } = await aThread(db);
  const mediaId = await storedMedia(db, workspace.tenantId);
  const send1 = await sendMedia(db, conversationId, mediaId);
  await claim(db);
  await endUpload(db, (await uploadsOf(db, workspace.tenantId))[0], "71");
  // The provider has had it for a while.
  await setProviderMedia(db, "uploaded_at = now() - interval '1 hour'");
  assert.deepEqual(await claim(db), [send1]);
  const refused = { message_id: send1, kind: "failed" as const, error_code: "131009", may_lack_media: true };
  await record(db, refused);
  assert.equal((await statusOf(db, send1)).status, "queued");
  assert.deepEqual(await claim(db), []);
  await endUpload(db, (await uploadsOf(db, workspace.tenantId))[0], "72");
  assert.deepEqual(await contentOf(db), [{ id: "72" }]);
  // This one was uploaded for the message.
  await record(db, refused);
  const { status, error_code } = await statusOf(db, send1);
  assert.deepEqual([status, error_code], ["failed", "131009"]);
});

story(
  "a message that was refused while another one renewed the file is sent again with the new id",
  async (db) => {
    const { workspace, conversationId } = await aThread(db);
    const mediaId = await storedMedia(db, workspace.tenantId);
    const picture = await sendMedia(db, conversationId, mediaId);
    await claim(db);
    await endUpload(db, (await uploadsOf(db, workspace.tenantId))[0], "71");
    assert.deepEqual(await claim(db), [picture]);
    await setProviderMedia(db, "uploaded_at = now() + interval '1 second', provider_media_id = '72'");
    await record(db, { message_id: picture, kind: "failed", error_code: "131009", may_lack_media: true });
    assert.deepEqual(await contentOf(db), [{ id: "72" }]);
  },
);

story("a refusal that has nothing to do with a file fails, whatever its code may mean", async (db) => {
  const { conversationId } = await aThread(db);
  const text = await send(db, conversationId);
  await claim(db);
  await record(db, { message_id: text, kind: "failed", error_code: "131009", may_lack_media: true });
  assert.equal((await statusOf(db, text)).status, "failed");
});

/** Claims the next upload for a job, as upload_media does. */
const claimUpload = async (db: pg.PoolClient, { channelId }: Workspace, jobId = "1") =>
  (await db.query("select * from app_private.claim_media_upload($1, $2)", [channelId, jobId])).rows[0];

const noJobs = (db: pg.PoolClient) => db.query("delete from graphile_worker._private_jobs");

story("the uploads of a channel are claimed one by one, with what is known of their files", async (db) => {
  const { workspace, conversationId } = await aThread(db);
  const given = { type: "document", mimeType: "application/pdf", filename: "a.pdf", size: 5 };
  const mediaId = await storedMedia(db, workspace.tenantId, given);
  await sendMedia(db, conversationId, mediaId, { type: "document" });
  await sendMedia(
    db,
    (await aThread(db, workspace)).conversationId,
    await storedMedia(db, workspace.tenantId),
  );
  await claim(db);
  assert.equal((await jobsOf(db)).length, 1, "one job for both");
  const claimed = [await claimUpload(db, workspace), await claimUpload(db, workspace)];
  assert.equal(await claimUpload(db, workspace), undefined);
  const { storage_key, id, ...document } = claimed.find(({ media_id }) => media_id === mediaId);
  assert.ok(storage_key && id);
  const described = { mime_type: given.mimeType, filename: given.filename, size: given.size };
  assert.deepEqual(document, { media_id: mediaId, attempts: 1, ...described });
});

story("a job that runs again, because its worker died, continues with what it had claimed", async (db) => {
  const { workspace, conversationId } = await aThread(db);
  await sendMedia(db, conversationId, await storedMedia(db, workspace.tenantId));
  await claim(db);
  await claimUpload(db, workspace, "7");
  const giveBack = (jobId: string) =>
    db.query("select app_private.return_media_uploads($1, $2)", [workspace.channelId, jobId]);
  await giveBack("8");
  assert.equal(await claimUpload(db, workspace, "8"), undefined, "another job has it");
  await giveBack("7");
  assert.equal((await claimUpload(db, workspace, "7")).attempts, 2);
});

story("while a channel is paused nothing is uploaded; then its uploads have a job", async (db) => {
  const { workspace, conversationId } = await aThread(db);
  await sendMedia(db, conversationId, await storedMedia(db, workspace.tenantId));
  await claim(db);
  await noJobs(db);
  await db.query("update app_public.channels set status = 'paused'");
  assert.equal(await claimUpload(db, workspace), undefined);
  assert.deepEqual(await jobsOf(db), []);
  await db.query("update app_public.channels set status = 'active'");
  assert.equal((await jobsOf(db)).length, 1);
  assert.ok(await claimUpload(db, workspace));
});

story("uploads that are postponed have one job, when the first of them is due", async (db) => {
  const { workspace } = await aThread(db);
  for (let count = 0; count < 2; count++)
    await sendMedia(
      db,
      (await aThread(db, workspace)).conversationId,
      await storedMedia(db, workspace.tenantId),
    );
  await claim(db);
  await noJobs(db);
  const postpone = async (wait: string) => {
    const { id } = await claimUpload(db, workspace);
    await db.query("select app_private.postpone_media_upload($1, $2)", [id, wait]);
  };
  await postpone("1 minute");
  await postpone("1 hour");
  const { rows } = await db.query(
    "select key, run_at - now() as wait from graphile_worker.jobs where task_identifier = 'upload_media'",
  );
  assert.deepEqual(
    rows.map(({ key, wait }) => [key, wait.minutes]),
    [[`upload_media:${workspace.channelId}`, 1]],
  );
  await db.query("select app_private.postpone_media_upload(app_hidden.uuid_v7(), '1 second')");
  assert.equal((await jobsOf(db)).length, 1, "one that has ended gets no job");
});

story("uploads that have lost their job get another", async (db) => {
  const { workspace, conversationId } = await aThread(db);
  await sendMedia(db, conversationId, await storedMedia(db, workspace.tenantId));
  await claim(db);
  await noJobs(db);
  const reconcile = () => db.query("select app_private.reconcile_media_uploads()");
  await reconcile();
  assert.deepEqual(await jobsOf(db), [], "it may be there in a moment");
  await db.query("update app_private.media_uploads set due_at = now() - interval '2 minutes'");
  await reconcile();
  await reconcile();
  assert.equal((await jobsOf(db)).length, 1);
  assert.deepEqual(await claim(db), [], "its messages still wait");
});

story("conversations whose upload ended without releasing them are released", async (db) => {
  const { workspace, conversationId } = await aThread(db);
  const picture = await sendMedia(db, conversationId, await storedMedia(db, workspace.tenantId));
  await claim(db);
  const [upload] = await uploadsOf(db, workspace.tenantId);
  await db.query("select app_private.end_media_upload($1, '71', '30 days')", [upload.id]);
  assert.deepEqual(await claim(db), []);
  await db.query("select app_private.reconcile_media_uploads()");
  assert.deepEqual(await claim(db), [picture]);
});

story("an upload that a job claimed which no longer runs is due again", async (db) => {
  const { workspace, conversationId } = await aThread(db);
  await sendMedia(db, conversationId, await storedMedia(db, workspace.tenantId));
  await claim(db);
  const [{ id }] = (
    await db.query("select id from graphile_worker.jobs where task_identifier = 'upload_media'")
  ).rows;
  const claimed = await claimUpload(db, workspace, String(id));
  await db.query("select app_private.reconcile_media_uploads()");
  assert.equal(await claimUpload(db, workspace), undefined, "its job is there");
  await noJobs(db);
  await db.query("select app_private.reconcile_media_uploads()");
  assert.equal((await claimUpload(db, workspace, "another")).id, claimed.id);
});
