import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, test } from "node:test";
import type pg from "pg";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { sendMedia, storedMedia } from "../support/media.ts";
import { aConversation, aWorkspace } from "../support/people.ts";
import { overlapping } from "../support/race.ts";
import {
  aPicture,
  aStorageKey,
  aStoredPicture,
  claimMedia,
  dueKeys,
  mediaOf,
  recordFetched,
} from "../support/received_media.ts";

let database: TestDatabase;
before(async () => {
  database = await createTestDatabase();
});
after(() => database.drop());

async function aThread() {
  const workspace = await aWorkspace(database.pool);
  return { workspace, thread: await aConversation(database.pool, workspace) };
}

/** A picture that a worker has fetched and has to record. */
async function aFetchedPicture({ workspace, thread }: Awaited<ReturnType<typeof aThread>>, sha256: Buffer) {
  const id = await aPicture(database.pool, workspace, thread);
  const { attempt } = await claimMedia(database.pool, id);
  const key = await aStorageKey(database.pool);
  return {
    id,
    key,
    record: (db: pg.PoolClient) => recordFetched(db, { id, attempt, sha256, key }),
    recordEqual: (db: pg.PoolClient) => recordFetched(db, { id, attempt, sha256, key: null }),
  };
}

const deleteMessage = (id: string) => (db: pg.PoolClient) =>
  db.query("delete from app_public.messages where id = $1", [id]);

async function filesOf(tenantId: string): Promise<string[]> {
  const { rows } = await database.pool.query(
    "select storage_key from app_private.media_files where tenant_id = $1",
    [tenantId],
  );
  return rows.map(({ storage_key }) => storage_key);
}

const isDue = async (key: string) => (await dueKeys(database.pool)).includes(key);

// Without "for no key update" of the media in claim_media(), both workers fetch the file.
test("of two workers one fetches a file", async () => {
  const { workspace, thread } = await aThread();
  const id = await aPicture(database.pool, workspace, thread);
  const claim = (db: pg.PoolClient) => claimMedia(db, id);
  const { first, second } = await overlapping(database.pool, claim, claim);
  assert.equal(first.attempt, 1);
  assert.deepEqual(second, { status: "fulfilled", value: undefined });
});

// Without "on conflict" in keep_media_file(), the second fails.
test("two equal files that are recorded at once are one file", async () => {
  const place = await aThread();
  const sha256 = randomBytes(32);
  const [one, other] = [await aFetchedPicture(place, sha256), await aFetchedPicture(place, sha256)];
  const { second, waited } = await overlapping(database.pool, one.record, other.record);
  assert.ok(waited);
  assert.deepEqual(second, { status: "fulfilled", value: true });
  assert.deepEqual(await filesOf(place.workspace.tenantId), [one.key]);
  assert.ok(await isDue(other.key));
  assert.equal((await mediaOf(database.pool, other.id)).state, "stored");
});

// Without "for update of f" in release_media_files(), the file is removed although the new message uses it (or, as the
// foreign key forbids that, deleting the old message fails).
test("a file whose last message is deleted while an equal one is recorded stays", async () => {
  const place = await aThread();
  const old = await aStoredPicture(database.pool, place.workspace, place.thread);
  const fresh = await aFetchedPicture(place, old.sha256);
  const { second, waited } = await overlapping(database.pool, fresh.recordEqual, deleteMessage(old.id));
  assert.ok(waited);
  assert.equal(second.status, "fulfilled");
  assert.deepEqual(await filesOf(place.workspace.tenantId), [old.key]);
  assert.equal(await isDue(old.key), false);
});

// Without the waiting "for key share" and "on conflict" of keep_media_file(), the new message refers to a removed file.
test("a file that is recorded while the last message with an equal one is deleted is stored again", async () => {
  const place = await aThread();
  const old = await aStoredPicture(database.pool, place.workspace, place.thread);
  const fresh = await aFetchedPicture(place, old.sha256);
  const { second } = await overlapping(database.pool, deleteMessage(old.id), fresh.record);
  assert.deepEqual(second, { status: "fulfilled", value: true });
  assert.deepEqual(await filesOf(place.workspace.tenantId), [fresh.key]);
  assert.deepEqual([await isDue(old.key), await isDue(fresh.key)], [true, false]);

  const next = await aFetchedPicture(place, old.sha256);
  const relying = await overlapping(database.pool, deleteMessage(fresh.id), next.recordEqual);
  assert.ok(relying.waited);
  assert.deepEqual(relying.second, { status: "fulfilled", value: false });
});

// Without "for update" of the media in tg_messages__remove_media(), each sees the message of the other, and the media stay.
test("the last two messages with a file, deleted at once, delete it", async () => {
  const { workspace, thread } = await aThread();
  const mediaId = await storedMedia(database.pool, workspace.tenantId);
  const one = await sendMedia(database.pool, thread.conversationId, mediaId);
  const other = await sendMedia(database.pool, thread.conversationId, mediaId);
  const { second } = await overlapping(database.pool, deleteMessage(one), deleteMessage(other));
  assert.equal(second.status, "fulfilled");
  assert.equal(await mediaOf(database.pool, mediaId), undefined);
  assert.deepEqual(await filesOf(workspace.tenantId), []);
});

test("a file that is sent while its last message is deleted stays, or is refused", async () => {
  const { workspace, thread } = await aThread();
  const send = (mediaId: string) => (db: pg.PoolClient) => sendMedia(db, thread.conversationId, mediaId);
  const used = await storedMedia(database.pool, workspace.tenantId);
  const old = await sendMedia(database.pool, thread.conversationId, used);
  const { second } = await overlapping(database.pool, send(used), deleteMessage(old));
  assert.equal(second.status, "fulfilled");
  assert.equal((await mediaOf(database.pool, used)).state, "stored");

  const removed = await storedMedia(database.pool, workspace.tenantId);
  const last = await sendMedia(database.pool, thread.conversationId, removed);
  const late = await overlapping(database.pool, deleteMessage(last), send(removed));
  assert.ok(late.second.status === "rejected");
  assert.equal(late.second.reason.code, "PYNFD");
});

// Without "for update skip locked" in delete_unused_media(), the file is deleted, although the message is sent with it.
test("an upload that is sent while unused ones are deleted stays", async () => {
  const { workspace, thread } = await aThread();
  const mediaId = await storedMedia(database.pool, workspace.tenantId);
  await database.pool.query(
    "update app_public.media set created_at = now() - interval '2 days' where id = $1",
    [mediaId],
  );
  const { second } = await overlapping(
    database.pool,
    (db) => sendMedia(db, thread.conversationId, mediaId),
    (db) => db.query("select app_private.delete_unused_media()"),
  );
  assert.equal(second.status, "fulfilled");
  assert.equal((await mediaOf(database.pool, mediaId)).state, "stored");
});

test("a file is recorded while its message is deleted: it is removed, in either order", async () => {
  const place = await aThread();
  const [one, other] = [
    await aFetchedPicture(place, randomBytes(32)),
    await aFetchedPicture(place, randomBytes(32)),
  ];
  await overlapping(database.pool, deleteMessage(one.id), one.record);
  await overlapping(database.pool, other.record, deleteMessage(other.id));
  for (const { id, key } of [one, other]) {
    assert.equal(await mediaOf(database.pool, id), undefined);
    assert.ok(await isDue(key));
  }
});
