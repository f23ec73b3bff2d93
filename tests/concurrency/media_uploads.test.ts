import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import type pg from "pg";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { endUpload, sendMedia, storedMedia, uploadsOf } from "../support/media.ts";
import { claim } from "../support/outbox.ts";
import { aConversation, aWorkspace, type Workspace } from "../support/people.ts";
import { overlapping } from "../support/race.ts";

let database: TestDatabase;
before(async () => {
  database = await createTestDatabase();
});
after(() => database.drop());
// What an earlier test has left waiting stays where it is.
beforeEach(() => database.pool.query("update app_public.channels set status = 'paused'"));

async function aMessage(workspace: Workspace, mediaId: string): Promise<string> {
  const { conversationId } = await aConversation(database.pool, workspace);
  return sendMedia(database.pool, conversationId, mediaId);
}

/** Two messages with one file; the first waits for its upload. */
async function aWaitingMessage() {
  const workspace = await aWorkspace(database.pool);
  const mediaId = await storedMedia(database.pool, workspace.tenantId);
  const first = await aMessage(workspace, mediaId);
  assert.deepEqual(await claim(database.pool), []);
  const [upload] = await uploadsOf(database.pool, workspace.tenantId);
  return { workspace, mediaId, first, upload, second: await aMessage(workspace, mediaId) };
}

const end = (db: pg.Pool | pg.PoolClient, { id }: { id: string }) =>
  db.query("select app_private.end_media_upload($1, '71', '30 days')", [id]);
const release = (db: pg.PoolClient, upload: { channel_id: string; media_id: string }) =>
  db.query("select app_private.release_media_lanes($1, $2)", [upload.channel_id, upload.media_id]);

// Without the constraint media_uploads_one_per_file each requests an upload of its own.
test("two senders whose messages need one file request one upload", async () => {
  const workspace = await aWorkspace(database.pool);
  const mediaId = await storedMedia(database.pool, workspace.tenantId);
  const messages = [await aMessage(workspace, mediaId), await aMessage(workspace, mediaId)];
  const [one, two] = messages.map(
    (id) => (db: pg.PoolClient) =>
      db.query("select app_private.request_media_uploads($1, array[$2::uuid])", [workspace.channelId, id]),
  );
  const { second, waited } = await overlapping(database.pool, one!, two!);
  assert.deepEqual([second.status, waited], ["fulfilled", true]);
  assert.equal((await uploadsOf(database.pool, workspace.tenantId)).length, 1);
});

// Without "for update of u skip locked" in claim_media_upload() the second waits, and then uploads the same file.
test("two workers claim different uploads of a channel, without waiting", async () => {
  const { workspace, upload } = await aWaitingMessage();
  const claimUpload = async (db: pg.PoolClient) =>
    (await db.query("select id from app_private.claim_media_upload($1, '1')", [workspace.channelId])).rows;
  const { first, second, waited } = await overlapping(database.pool, claimUpload, claimUpload);
  assert.deepEqual(first, [{ id: upload.id }]);
  assert.deepEqual([second, waited], [{ status: "fulfilled", value: [] }, false]);
});

// Without lock_lanes() in release_media_lanes() the second message is not released: its sender has not seen the
// provider's id, and lets it wait after the others were released.
test("a message that a sender lets wait while its file arrives is released with the others", async () => {
  const { first, second, upload } = await aWaitingMessage();
  const { second: released, waited } = await overlapping(
    database.pool,
    async (db) => {
      assert.deepEqual(await claim(db), []);
      await end(database.pool, upload);
    },
    (db) => release(db, upload),
  );
  assert.deepEqual([released.status, waited], ["fulfilled", true]);
  assert.deepEqual((await claim(database.pool)).sort(), [first, second].sort());
});

// With both in one transaction, the message that was written in between would be found by neither.
test("a message that is written after the end of an upload, and before its release, does not wait", async () => {
  const { workspace, mediaId, upload } = await aWaitingMessage();
  await end(database.pool, upload);
  const third = await aMessage(workspace, mediaId);
  assert.ok((await claim(database.pool)).includes(third));
});

// Without the lock of the row of media_uploads, which a sender waits for before it requests an upload, the message
// waits for an upload that has ended.
test("a sender that asks for an upload that is just ending asks again", async () => {
  const { workspace, first, second, upload } = await aWaitingMessage();
  const { second: claimed, waited } = await overlapping(
    database.pool,
    (db) => end(db, upload),
    (db) => claim(db),
  );
  assert.deepEqual([claimed, waited], [{ status: "fulfilled", value: [] }, true]);
  const [again, ...more] = await uploadsOf(database.pool, workspace.tenantId);
  assert.notEqual(again.id, upload.id);
  assert.deepEqual(more, []);
  await endUpload(database.pool, again, "72");
  assert.deepEqual((await claim(database.pool)).sort(), [first, second].sort());
});

const remove = (db: pg.PoolClient, messageId: string) =>
  db.query("delete from app_public.messages where id = $1", [messageId]);

// Without "for key share" in require_media() the message refers to a file that is gone.
test("a file whose last message is just being deleted cannot be sent", async () => {
  const workspace = await aWorkspace(database.pool);
  const mediaId = await storedMedia(database.pool, workspace.tenantId);
  const only = await aMessage(workspace, mediaId);
  const { conversationId } = await aConversation(database.pool, workspace);
  const { second, waited } = await overlapping(
    database.pool,
    (db) => remove(db, only),
    (db) => sendMedia(db, conversationId, mediaId),
  );
  assert.equal(waited, true);
  assert.equal(second.status === "rejected" && second.reason.code, "PYNFD");
});

test("a file that is just being sent is kept when its only other message is deleted", async () => {
  const workspace = await aWorkspace(database.pool);
  const mediaId = await storedMedia(database.pool, workspace.tenantId);
  const earlier = await aMessage(workspace, mediaId);
  const { conversationId } = await aConversation(database.pool, workspace);
  const { waited } = await overlapping(
    database.pool,
    (db) => sendMedia(db, conversationId, mediaId),
    (db) => remove(db, earlier),
  );
  assert.equal(waited, true);
  const { rowCount } = await database.pool.query("select from app_public.media where id = $1", [mediaId]);
  assert.equal(rowCount, 1);
});
