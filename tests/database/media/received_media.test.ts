import assert from "node:assert/strict";
import type pg from "pg";
import { aWamid, hear, type Said } from "../../support/messages.ts";
import { aConversation, aPerson, aWorkspace, become } from "../../support/people.ts";
import { aPicture, claimMedia, mediaOf, PICTURE } from "../../support/received_media.ts";
import { stories } from "../../support/story.ts";

const story = stories();

async function aThread(db: pg.PoolClient) {
  const workspace = await aWorkspace(db);
  const thread = await aConversation(db, workspace);
  return { workspace, thread, hear: (...said: Said[]) => hear(db, workspace, thread, ...said) };
}

const allMedia = async (db: pg.PoolClient) =>
  (await db.query("select * from app_public.media order by id")).rows;

const jobsOf = async (db: pg.PoolClient) =>
  (
    await db.query(
      `select j.key, p.payload from graphile_worker.jobs j join graphile_worker._private_jobs p on p.id = j.id
       where j.task_identifier = 'fetch_media' order by j.key`,
    )
  ).rows;

story("a message with a file has media of its id, and a job that fetches it", async (db) => {
  const { workspace, hear } = await aThread(db);
  await hear(
    { type: "text" },
    {
      type: "document",
      content: {
        id: "71",
        mime_type: "application/pdf",
        filename: "a\r\nb\u0000".replace("\u0000", "\u0001"),
      },
    },
    { type: "audio", content: { id: "72", mime_type: "audio/ogg; codecs=opus", voice: true } },
  );
  const { rows: messages } = await db.query("select id, type, media_id from app_public.messages order by id");
  assert.deepEqual(
    messages.map(({ type, id, media_id }) => [type, media_id === id]),
    [
      ["text", false],
      ["document", true],
      ["audio", true],
    ],
  );
  const media = await allMedia(db);
  assert.deepEqual(
    media.map((row) => [row.type, row.state, row.mime_type, row.filename, row.is_voice, row.channel_id]),
    [
      ["document", "pending", "application/pdf", "ab", false, workspace.channelId],
      ["audio", "pending", "audio/ogg; codecs=opus", null, true, workspace.channelId],
    ],
  );
  assert.deepEqual(
    await jobsOf(db),
    media.map(({ id }) => ({ key: `fetch_media:${id}`, payload: { mediaId: id } })),
  );
});

story("a file's name is cleaned, and a long one keeps its extension", async (db) => {
  const { hear } = await aThread(db);
  const names = ["../photo\u202egpj.exe", `${"long ".repeat(400_000)}.pdf`, "...", 7];
  await hear(...names.map((filename): Said => ({ type: "document", content: { id: "71", filename } })));
  const [reversed, long, ...rest] = (await allMedia(db)).map(({ filename }) => filename);
  assert.equal(reversed, "photogpj.exe");
  assert.match(long, /^long long .*\.pdf$/);
  assert.equal(long.length, 230);
  assert.deepEqual(rest, [null, "7"]);
});

for (const voice of [true, "true"])
  story(`voice: ${JSON.stringify(voice)} is a voice note`, async (db) => {
    const { hear } = await aThread(db);
    await hear({ type: "audio", content: { id: "71", voice } });
    assert.deepEqual(
      (await allMedia(db)).map((row) => row.is_voice),
      [true],
    );
  });

for (const said of [
  { type: "text", content: { body: "71", id: "71" } },
  { type: "image", content: { link: "https://example.com/a.png" } },
  { type: "image", content: { id: "" } },
  { type: "image", content: { id: "7".repeat(201) } },
  { type: "media_placeholder", content: {} },
] satisfies Said[])
  story(`no file: ${said.type} ${JSON.stringify(said.content).slice(0, 40)}`, async (db) => {
    const { hear } = await aThread(db);
    assert.equal(await hear(said), 1);
    assert.deepEqual(await allMedia(db), []);
    assert.deepEqual(await jobsOf(db), []);
  });

for (const origin of ["live", "echo", "history", "standby", "group"] as const)
  story(`the file of a message is fetched, be it ${origin}`, async (db) => {
    const { workspace, thread } = await aThread(db);
    const id = await aPicture(db, workspace, thread, { origin });
    assert.equal((await mediaOf(db, id)).state, "pending");
    assert.equal((await claimMedia(db, id)).provider_media_id, "71");
  });

story("a message that is delivered again has no second file", async (db) => {
  const { hear } = await aThread(db);
  const picture = { ...PICTURE, wamid: aWamid() };
  assert.equal(await hear(picture), 1);
  assert.equal(await hear(picture, picture), 0);
  assert.equal((await allMedia(db)).length, 1);
  assert.equal((await jobsOf(db)).length, 1);
});

story("a file takes its placeholder's place, once", async (db) => {
  const { hear } = await aThread(db);
  const wamid = aWamid();
  await hear({ wamid, origin: "history", type: "media_placeholder", content: {} });
  await hear({ ...PICTURE, wamid, origin: "history" });
  await hear({ ...PICTURE, wamid, origin: "history" });
  const [media, ...more] = await allMedia(db);
  assert.deepEqual(more, []);
  const { rows } = await db.query("select media_id from app_public.messages");
  assert.deepEqual(rows, [{ media_id: media.id }]);
  assert.equal((await claimMedia(db, media.id)).url, "https://example.com/71");
});

story("two contacts that are merged keep their files", async (db) => {
  const { workspace, thread } = await aThread(db);
  const other = await aConversation(db, workspace);
  const ids = [await aPicture(db, workspace, thread), await aPicture(db, workspace, other)];
  await db.query("select app_private.merge_contacts($1, $2)", [thread.contactId, other.contactId]);
  const { rows } = await db.query(
    "select media_id from app_public.messages where conversation_id = $1 order by id",
    [thread.conversationId],
  );
  assert.deepEqual(
    rows.map(({ media_id }) => media_id),
    ids.sort(),
  );
  assert.equal((await allMedia(db)).length, 2);
});

story("a channel that fetches nothing has failed files, without a job", async (db) => {
  const { workspace, thread } = await aThread(db);
  await db.query("update app_public.channels set media_limit = 0 where id = $1", [workspace.channelId]);
  const media = await mediaOf(db, await aPicture(db, workspace, thread));
  assert.deepEqual([media.state, media.error_code], ["failed", "PYMAX"]);
  assert.deepEqual(await jobsOf(db), []);
});

story("members of the tenant see its files and their messages' files, others do not", async (db) => {
  const { workspace, thread } = await aThread(db);
  const id = await aPicture(db, workspace, thread);
  const viewer = await aPerson(db, workspace.tenantId, "viewer");
  const stranger = await aPerson(db, (await aWorkspace(db)).tenantId, "owner");
  await become(db, viewer);
  assert.equal((await mediaOf(db, id)).id, id);
  await become(db, stranger);
  assert.equal(await mediaOf(db, id), undefined);
});
