import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import type pg from "pg";
import { sendMedia, storedMedia } from "../../support/media.ts";
import { aConversation, aWorkspace } from "../../support/people.ts";
import { aPicture, aStoredPicture, dueKeys, mediaOf } from "../../support/received_media.ts";
import { stories } from "../../support/story.ts";

const story = stories();

async function aThread(db: pg.PoolClient) {
  const workspace = await aWorkspace(db);
  return { workspace, thread: await aConversation(db, workspace) };
}

const remove = (db: pg.PoolClient, table: string, id: string) =>
  db.query(`delete from app_public.${table} where id = $1`, [id]);

for (const table of ["messages", "conversations", "contacts", "channels", "tenants"])
  story(`deleting from ${table} deletes media, and their files from the storage`, async (db) => {
    const { workspace, thread } = await aThread(db);
    const stored = await aStoredPicture(db, workspace, thread);
    const ids: Record<string, string> = {
      messages: stored.id,
      conversations: thread.conversationId,
      contacts: thread.contactId,
      channels: workspace.channelId,
      tenants: workspace.tenantId,
    };
    await remove(db, table, ids[table]!);
    assert.equal(await mediaOf(db, stored.id), undefined);
    assert.deepEqual((await db.query("select from app_private.media_files")).rows, []);
    assert.deepEqual((await db.query("select from app_private.provider_media")).rows, []);
    assert.deepEqual(await dueKeys(db), [stored.key]);
  });

story("a file that other messages of the tenant have stays until the last of them is deleted", async (db) => {
  const { workspace, thread } = await aThread(db);
  const one = await aStoredPicture(db, workspace, thread);
  const other = await aStoredPicture(db, workspace, thread, one.sha256);
  // The second was written under a key of its own, which is removed.
  assert.deepEqual(await dueKeys(db), [other.key]);
  await remove(db, "messages", one.id);
  assert.deepEqual(await dueKeys(db), [other.key]);
  await remove(db, "messages", other.id);
  assert.deepEqual(await dueKeys(db), [one.key, other.key].sort());
});

story("an equal file of another tenant is another file", async (db) => {
  const [one, other] = [await aThread(db), await aThread(db)];
  const sha256 = randomBytes(32);
  const first = await aStoredPicture(db, one.workspace, one.thread, sha256);
  const second = await aStoredPicture(db, other.workspace, other.thread, sha256);
  await remove(db, "tenants", one.workspace.tenantId);
  assert.deepEqual(await dueKeys(db), [first.key]);
  assert.equal((await mediaOf(db, second.id)).state, "stored");
});

story("an uploaded file goes with the last message that has it", async (db) => {
  const { workspace, thread } = await aThread(db);
  const other = await aConversation(db, workspace);
  const upload = await storedMedia(db, workspace.tenantId);
  const ids = [
    await sendMedia(db, thread.conversationId, upload),
    await sendMedia(db, other.conversationId, upload),
  ];
  await remove(db, "messages", ids[0]!);
  assert.equal((await mediaOf(db, upload)).state, "stored");
  await remove(db, "contacts", other.contactId);
  assert.equal(await mediaOf(db, upload), undefined);
});

story(
  "a file that no message has is deleted after a day: an upload, or what a dropped partition left",
  async (db) => {
    const { workspace, thread } = await aThread(db);
    const [unused, used, fresh] = [
      await storedMedia(db, workspace.tenantId),
      await storedMedia(db, workspace.tenantId),
      await storedMedia(db, workspace.tenantId),
    ];
    await sendMedia(db, thread.conversationId, used);
    const received = await aPicture(db, workspace, thread);
    const left = await aStoredPicture(db, workspace, thread);
    await db.query("alter table app_public.messages disable trigger _510_remove_media");
    await remove(db, "messages", left.id);
    await db.query("update app_public.media set created_at = now() - interval '25 hours' where id <> $1", [
      fresh,
    ]);
    const { rows } = await db.query("select app_private.delete_unused_media() as deleted");
    assert.equal(rows[0].deleted, 2);
    const { rows: kept } = await db.query("select id from app_public.media");
    assert.deepEqual(kept.map(({ id }) => id).sort(), [used, fresh, received].sort());
    assert.ok(await mediaOf(db, used));
    assert.equal(await mediaOf(db, unused), undefined);
    assert.equal((await dueKeys(db)).length, 2);
  },
);

story("files are removed at the end of their retention, and their rows stay", async (db) => {
  const { workspace, thread } = await aThread(db);
  const stored = [await aStoredPicture(db, workspace, thread), await aStoredPicture(db, workspace, thread)];
  const kept = await aStoredPicture(db, workspace, thread);
  await db.query("select app_private.remove_stored_media($1)", [stored.map(({ id }) => id)]);
  for (const { id } of stored) {
    const media = await mediaOf(db, id);
    assert.deepEqual([media.state, media.error_code, media.size, media.sha256], ["gone", "PYGON", 10, null]);
  }
  assert.equal((await mediaOf(db, kept.id)).state, "stored");
  assert.deepEqual(await dueKeys(db), stored.map(({ key }) => key).sort());
  // The provider may still have it.
  const { rows } = await db.query("select state from app_public.fetch_media($1)", [stored[0]!.id]);
  assert.deepEqual(rows, [{ state: "pending" }]);
});
