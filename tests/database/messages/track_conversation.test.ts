import assert from "node:assert/strict";
import type pg from "pg";
import { conversationOf, hear, type Said, send } from "../../support/messages.ts";
import { aConversation, aPerson, aWorkspace, become, becomeOwner } from "../../support/people.ts";
import { stories } from "../../support/story.ts";

const story = stories();
const HOUR = 3_600_000;

async function aClosedWindow(db: pg.PoolClient) {
  const workspace = await aWorkspace(db);
  return { workspace, thread: await aConversation(db, workspace, { isWindowOpen: false }) };
}

/** Hours from now until the window closes, rounded; null when none was ever opened. */
async function windowAfter(db: pg.PoolClient, ...said: Said[]): Promise<number | null> {
  const { workspace, thread } = await aClosedWindow(db);
  await hear(db, workspace, thread, ...said);
  const { window_expires_at } = await conversationOf(db, thread.conversationId);
  return window_expires_at && Math.round((window_expires_at.getTime() - Date.now()) / HOUR);
}

for (const origin of ["echo", "history", "standby", "group"] as const)
  story(`a message of origin ${origin} opens no window`, async (db) => {
    assert.equal(await windowAfter(db, { origin }), null);
  });

story("the provider's time counts, not ours: a message that comes late opens what is left", async (db) => {
  assert.equal(await windowAfter(db, { at: new Date(Date.now() - 20 * HOUR) }), 4);
  assert.equal(await windowAfter(db, { at: new Date(Date.now() - 30 * HOUR) }), -6);
});

story("a clock that goes fast does not hold the window open", async (db) => {
  assert.equal(await windowAfter(db, { at: new Date(Date.now() + 5 * HOUR) }), 24);
  assert.equal(await windowAfter(db, { at: new Date(Date.now() + 5_000 * HOUR) }), 24);
});

story("an older message that arrives later reverts nothing", async (db) => {
  const { workspace, thread } = await aClosedWindow(db);
  await hear(db, workspace, thread, { content: { body: "new" } });
  const before = await conversationOf(db, thread.conversationId);
  await hear(db, workspace, thread, { content: { body: "old" }, at: new Date(Date.now() - 3 * HOUR) });
  const after = await conversationOf(db, thread.conversationId);
  for (const column of [
    "last_message_id",
    "last_message_at",
    "last_customer_message_at",
    "window_expires_at",
  ])
    assert.deepEqual(after[column], before[column], column);
  assert.equal(after.last_message_preview, "new");
  assert.equal(after.unread_count, 2);
});

story("of a batch, the last of the newest is the conversation's last message", async (db) => {
  const { workspace, thread } = await aClosedWindow(db);
  const at = new Date();
  await hear(
    db,
    workspace,
    thread,
    { content: { body: "1" }, at },
    { content: { body: "2" }, at },
    { content: { body: "3" }, at },
  );
  assert.equal((await conversationOf(db, thread.conversationId)).last_message_preview, "3");
});

story("an answer within the second of the question is the last message", async (db) => {
  const { workspace, thread } = await aClosedWindow(db);
  await hear(db, workspace, thread, { content: { body: "question" } });
  await send(db, thread.conversationId, "answer");
  const conversation = await conversationOf(db, thread.conversationId);
  assert.equal(conversation.last_message_preview, "answer");
});

story("a customer's message opens a closed or archived conversation; ours does not", async (db) => {
  for (const status of ["closed", "archived"]) {
    const { workspace, thread } = await aClosedWindow(db);
    const set = () =>
      db.query("update app_public.conversations set status = $2 where id = $1", [
        thread.conversationId,
        status,
      ]);
    await hear(db, workspace, thread, {});
    await set();
    await send(db, thread.conversationId);
    await hear(db, workspace, thread, { origin: "echo" }, { origin: "history" });
    const before = await conversationOf(db, thread.conversationId);
    assert.equal(before.status, status);
    assert.notEqual(before.closed_at, null);
    await hear(db, workspace, thread, {});
    const after = await conversationOf(db, thread.conversationId);
    assert.deepEqual([after.status, after.closed_at], ["open", null]);
  }
});

story(
  "an agent who writes becomes a participant and silences the chatbot for an hour; a program does neither",
  async (db) => {
    const workspace = await aWorkspace(db);
    const thread = await aConversation(db, workspace);
    await send(db, thread.conversationId, "from a program");
    assert.equal((await conversationOf(db, thread.conversationId)).chatbot_paused_until, null);
    const agent = await aPerson(db, workspace.tenantId, "agent");
    await become(db, agent);
    await send(db, thread.conversationId);
    await becomeOwner(db);
    const { chatbot_paused_until: until } = await conversationOf(db, thread.conversationId);
    assert.equal(Math.round((until.getTime() - Date.now()) / HOUR), 1);
    const { rows } = await db.query("select user_id from app_public.conversation_participants");
    assert.deepEqual(rows, [{ user_id: agent.userId }]);
  },
);

story("a person who writes in the phone app silences the chatbot too", async (db) => {
  const { workspace, thread } = await aClosedWindow(db);
  await hear(db, workspace, thread, { origin: "echo" });
  assert.notEqual((await conversationOf(db, thread.conversationId)).chatbot_paused_until, null);
});

story("one statement about many conversations tracks each of them", async (db) => {
  const workspace = await aWorkspace(db);
  const threads = [await aConversation(db, workspace), await aConversation(db, workspace)];
  await db.query(
    `insert into app_public.messages (conversation_id, type, content)
     select c.id, 'text', jsonb_build_object('body', 'to ' || c.id || ' no. ' || n)
     from app_public.conversations c, generate_series(1, 3) n`,
  );
  for (const { conversationId } of threads)
    assert.match(
      (await conversationOf(db, conversationId)).last_message_preview,
      new RegExp(`${conversationId} no. \\d`),
    );
});
