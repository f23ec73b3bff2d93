import assert from "node:assert/strict";
import type pg from "pg";
import { conversationOf, hear, send } from "../../support/messages.ts";
import { aConversation, aPerson, aWorkspace, become, becomeOwner } from "../../support/people.ts";
import { stories } from "../../support/story.ts";
import { refusal } from "../../support/transaction.ts";

const story = stories();

async function jobsCalled(db: pg.PoolClient, task: string) {
  const { rows } = await db.query(
    "select payload from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id where t.identifier = $1",
    [task],
  );
  return rows.map(({ payload }) => payload);
}

const markRead = (db: pg.PoolClient, id: string) =>
  db.query("select app_public.mark_conversation_read($1)", [id]);

story(
  "live messages of the customer count as unread; echoes, history and our own messages do not",
  async (db) => {
    const workspace = await aWorkspace(db);
    const thread = await aConversation(db, workspace);
    await hear(db, workspace, thread, {}, {}, { type: "image" });
    await hear(db, workspace, thread, { origin: "echo" }, { origin: "history" }, { origin: "standby" });
    await send(db, thread.conversationId);
    assert.equal((await conversationOf(db, thread.conversationId)).unread_count, 3);
  },
);

story("a message delivered twice counts once", async (db) => {
  const workspace = await aWorkspace(db);
  const thread = await aConversation(db, workspace);
  const said = { wamid: "wamid.1", at: new Date() };
  assert.equal(await hear(db, workspace, thread, said, said), 1);
  assert.equal(await hear(db, workspace, thread, said), 0);
  assert.equal((await conversationOf(db, thread.conversationId)).unread_count, 1);
});

story("marking as read resets the count and notifies the customer, once", async (db) => {
  const workspace = await aWorkspace(db);
  const thread = await aConversation(db, workspace);
  await hear(db, workspace, thread, {}, {});
  await become(db, await aPerson(db, workspace.tenantId, "agent"));
  await markRead(db, thread.conversationId);
  await markRead(db, thread.conversationId);
  await becomeOwner(db);
  const conversation = await conversationOf(db, thread.conversationId);
  assert.equal(conversation.unread_count, 0);
  assert.notEqual(conversation.read_at, null);
  assert.deepEqual(await jobsCalled(db, "mark_read"), [{ conversationId: thread.conversationId }]);
});

story("no blue ticks where nothing was unread, or where the channel sends none", async (db) => {
  const workspace = await aWorkspace(db);
  const silent = await aConversation(db, workspace);
  await markRead(db, silent.conversationId);
  await db.query("update app_public.channels set sends_read_receipts = false where id = $1", [
    workspace.channelId,
  ]);
  const thread = await aConversation(db, workspace);
  await hear(db, workspace, thread, {});
  await markRead(db, thread.conversationId);
  assert.deepEqual(await jobsCalled(db, "mark_read"), []);
  assert.equal((await conversationOf(db, thread.conversationId)).unread_count, 0);
});

story("messages that arrive after the reading count again", async (db) => {
  const workspace = await aWorkspace(db);
  const thread = await aConversation(db, workspace);
  await hear(db, workspace, thread, {});
  await markRead(db, thread.conversationId);
  await hear(db, workspace, thread, {});
  assert.equal((await conversationOf(db, thread.conversationId)).unread_count, 1);
});

story("a viewer reads without marking: PYDEN", async (db) => {
  const workspace = await aWorkspace(db);
  const thread = await aConversation(db, workspace);
  await become(db, await aPerson(db, workspace.tenantId, "viewer"));
  assert.equal(await refusal(db, () => markRead(db, thread.conversationId)), "PYDEN");
});
