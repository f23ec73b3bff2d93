import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import type pg from "pg";
import { storedMedia } from "../../support/media.ts";
import { aConversation, aPerson, aWorkspace, become, becomeOwner } from "../../support/people.ts";
import {
  aPicture,
  aStorageKey,
  aStoredPicture,
  claimMedia,
  dueKeys,
  mediaOf,
  recordFetched,
} from "../../support/received_media.ts";
import { stories } from "../../support/story.ts";
import { refusal } from "../../support/transaction.ts";

const story = stories();

async function aThread(db: pg.PoolClient) {
  const workspace = await aWorkspace(db);
  return { workspace, thread: await aConversation(db, workspace) };
}

async function aFile(db: pg.PoolClient) {
  const { workspace, thread } = await aThread(db);
  return { workspace, thread, id: await aPicture(db, workspace, thread) };
}

const fail = (
  db: pg.PoolClient,
  id: string,
  attempt: number,
  state: string,
  retryAfter: string | null = null,
) =>
  db.query("select app_private.record_fetch_failure($1, $2, $3, 'PYUNR', 'no answer', $4)", [
    id,
    attempt,
    state,
    retryAfter,
  ]);

/** In how many seconds the job of a file is due, and how many jobs it has. */
async function jobOf(db: pg.PoolClient, id: string) {
  const { rows } = await db.query(
    `select round(extract(epoch from run_at - now()))::int as due_in from graphile_worker.jobs
     where key = 'fetch_media:' || $1`,
    [id],
  );
  assert.ok(rows.length <= 1);
  return rows[0]?.due_in;
}

story("a claim has what the message says of the file; the address only at first", async (db) => {
  const { workspace, id } = await aFile(db);
  const claim = await claimMedia(db, id);
  assert.deepEqual(claim, {
    media_id: id,
    tenant_id: workspace.tenantId,
    attempt: 1,
    channel_kind: "whatsapp_cloud",
    channel_id: workspace.channelId,
    provider_media_id: "71",
    url: "https://example.com/71",
    announced_sha256: "q2k=",
    max_size: null,
  });
  await fail(db, id, 1, "pending");
  assert.deepEqual(await claimMedia(db, id), { ...claim, attempt: 2, url: null });
});

story("an old address is not used, and the channel's limit is", async (db) => {
  const { workspace, id } = await aFile(db);
  await db.query("update app_public.channels set media_limit = 1000 where id = $1", [workspace.channelId]);
  await db.query("update app_public.media set created_at = now() - interval '5 minutes'");
  const claim = await claimMedia(db, id);
  assert.deepEqual([claim.url, claim.max_size], [null, 1000]);
});

story(
  "a claimed file is claimed again when its lease has run out, and a job is there for that",
  async (db) => {
    const { id } = await aFile(db);
    await claimMedia(db, id);
    assert.equal(await claimMedia(db, id), undefined);
    assert.equal(await jobOf(db, id), 60);
    await db.query("select app_private.renew_media_lease($1, 1, '10 minutes')", [id]);
    assert.equal(await claimMedia(db, id), undefined);
    assert.equal(await jobOf(db, id), 600);
    await db.query("update app_private.provider_media set leased_until = now()");
    assert.equal((await claimMedia(db, id)).attempt, 2);
    // The first attempt was only slow. It must not prolong the lease of the second, nor record anything.
    await db.query("update app_private.provider_media set leased_until = now()");
    await db.query("select app_private.renew_media_lease($1, 1, '10 minutes')", [id]);
    await fail(db, id, 1, "failed");
    assert.equal((await mediaOf(db, id)).state, "pending");
    const key = await aStorageKey(db);
    assert.ok(await recordFetched(db, { id, attempt: 1, sha256: randomBytes(32), key }));
    assert.equal((await mediaOf(db, id)).state, "pending");
    assert.deepEqual(await dueKeys(db), [key]);
    assert.equal((await claimMedia(db, id)).attempt, 3);
  },
);

story(
  "a temporary failure is repeated later and later, as long as the provider keeps the file",
  async (db) => {
    const { id } = await aFile(db);
    const waits: number[] = [];
    for (let attempt = 1; attempt <= 9; attempt += 1) {
      await claimMedia(db, id);
      await fail(db, id, attempt, "pending");
      waits.push(await jobOf(db, id));
    }
    assert.deepEqual(waits, [4, 16, 64, 256, 1024, 4096, 16384, 21600, 21600]);
    const media = await mediaOf(db, id);
    assert.deepEqual([media.state, media.error_code, media.error], ["pending", "PYUNR", "no answer"]);
    await claimMedia(db, id);
    await fail(db, id, 10, "pending", "8 hours");
    assert.equal(await jobOf(db, id), 28_800);
    await claimMedia(db, id);
    await db.query("update app_private.provider_media set expires_at = now() + interval '5 hours'");
    await fail(db, id, 11, "pending");
    assert.equal((await mediaOf(db, id)).state, "failed");
  },
);

story("a stored file has its size, digest and time, and no error", async (db) => {
  const { workspace, thread, id } = await aFile(db);
  await claimMedia(db, id);
  await fail(db, id, 1, "pending");
  const { attempt } = await claimMedia(db, id);
  const sha256 = randomBytes(32);
  assert.equal(await recordFetched(db, { id, attempt, sha256, key: null }), false);
  assert.equal((await mediaOf(db, id)).state, "pending");
  assert.equal(await recordFetched(db, { id, attempt, sha256, key: await aStorageKey(db) }), true);
  const media = await mediaOf(db, id);
  assert.deepEqual(
    [media.state, media.size, media.sha256, media.error_code, media.error, media.mime_type],
    ["stored", 10, sha256, null, null, "image/png"],
  );
  assert.ok(media.stored_at);
  // Another message with an equal file uses it.
  const other = await aPicture(db, workspace, thread);
  const { attempt: first } = await claimMedia(db, other);
  assert.equal(await recordFetched(db, { id: other, attempt: first, sha256, key: null }), true);
});

story("a file whose message is deleted while it is fetched is removed", async (db) => {
  const { thread, id } = await aFile(db);
  const { attempt } = await claimMedia(db, id);
  await db.query("delete from app_public.contacts where id = $1", [thread.contactId]);
  const key = await aStorageKey(db);
  assert.ok(await recordFetched(db, { id, attempt, sha256: randomBytes(32), key }));
  assert.deepEqual(await dueKeys(db), [key]);
  assert.equal(await claimMedia(db, id), undefined);
});

story("a file that took too long to write is written again", async (db) => {
  const { id } = await aFile(db);
  const { attempt } = await claimMedia(db, id);
  const key = await aStorageKey(db);
  await db.query("update app_private.unused_media_files set remove_at = now()");
  assert.equal(await recordFetched(db, { id, attempt, sha256: randomBytes(32), key }), false);
  assert.equal((await mediaOf(db, id)).state, "pending");
});

const request = async (db: pg.PoolClient, id: string) =>
  (await db.query("select * from app_public.fetch_media($1)", [id])).rows[0];

story("a file that has failed is fetched on request, whatever the channel's limit", async (db) => {
  const { workspace, id } = await aFile(db);
  await db.query("update app_public.channels set media_limit = 5 where id = $1", [workspace.channelId]);
  await claimMedia(db, id);
  await fail(db, id, 1, "failed");
  const agent = await aPerson(db, workspace.tenantId, "agent");
  await become(db, agent);
  const media = await request(db, id);
  assert.deepEqual([media.state, media.error_code], ["pending", null]);
  await becomeOwner(db);
  assert.equal(await jobOf(db, id), 0);
  assert.equal((await claimMedia(db, id)).max_size, null);
});

story("a pending file is fetched now, a stored one is returned", async (db) => {
  const { workspace, thread, id } = await aFile(db);
  await claimMedia(db, id);
  await fail(db, id, 1, "pending", "3 hours");
  assert.equal(await jobOf(db, id), 10_800);
  assert.equal((await request(db, id)).state, "pending");
  assert.equal(await jobOf(db, id), 0);
  const stored = await aStoredPicture(db, workspace, thread);
  assert.equal((await request(db, stored.id)).state, "stored");
});

story("what the provider does not keep cannot be fetched: PYGON", async (db) => {
  const { workspace, id } = await aFile(db);
  await claimMedia(db, id);
  await fail(db, id, 1, "gone");
  await db.query("update app_private.provider_media set expires_at = now()");
  assert.equal(await refusal(db, () => request(db, id)), "PYGON");
  const upload = await storedMedia(db, workspace.tenantId);
  await db.query(
    "update app_public.media set state = 'gone', sha256 = null, stored_at = null, error_code = 'PYGON' where id = $1",
    [upload],
  );
  assert.equal(await refusal(db, () => request(db, upload)), "PYGON");
});

story("viewers may not ask for a file, and other tenants do not find it", async (db) => {
  const { workspace, id } = await aFile(db);
  const viewer = await aPerson(db, workspace.tenantId, "viewer");
  const stranger = await aPerson(db, (await aWorkspace(db)).tenantId, "owner");
  await become(db, viewer);
  assert.equal(await refusal(db, () => request(db, id)), "PYDEN");
  await become(db, stranger);
  assert.equal(await refusal(db, () => request(db, id)), "PYNFD");
});
