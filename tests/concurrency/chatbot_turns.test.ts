import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type pg from "pg";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { hear } from "../support/messages.ts";
import { aConversation, aWorkspace } from "../support/people.ts";
import { overlapping } from "../support/race.ts";
import { anActiveChatbot } from "../support/support_bot.ts";

let database: TestDatabase;
before(async () => {
  database = await createTestDatabase();
});
after(() => database.drop());

const claim = async (db: pg.PoolClient) =>
  (await db.query("select conversation_id, events from app_private.claim_chatbot_turns(10)")).rows;

const save = (db: pg.PoolClient, events: { id: string }[]) =>
  db.query("select app_private.save_chatbot_turns($1, '[]', '[]', '[]', '[]', '[]', '[]')", [
    events.map(({ id }) => id),
  ]);

// Without "for no key update skip locked" in claim_chatbot_turns(), both answer the same message.
test("two workers at once: one takes a conversation's turn, the other leaves it to that one", async () => {
  const workspace = await aWorkspace(database.pool);
  await anActiveChatbot(database.pool, workspace.tenantId);
  const thread = await aConversation(database.pool, workspace);
  await hear(database.pool, workspace, thread, {}, {});
  const { first, second, waited } = await overlapping(
    database.pool,
    async (db) => {
      const turns = await claim(db);
      await save(db, turns[0].events);
      return turns;
    },
    claim,
  );
  assert.equal(first.length, 1);
  assert.equal(first[0].events.length, 2);
  assert.deepEqual(second, { status: "fulfilled", value: [] });
  assert.equal(waited, false);
});

// The same lock, which the message waits for in tg_messages__track_conversation().
test("a message that comes during a turn waits for it, and for a turn of its own", async () => {
  const workspace = await aWorkspace(database.pool);
  await anActiveChatbot(database.pool, workspace.tenantId);
  const thread = await aConversation(database.pool, workspace);
  await hear(database.pool, workspace, thread, {});
  const { waited } = await overlapping(
    database.pool,
    async (db) => save(db, (await claim(db))[0].events),
    (db) => hear(db, workspace, thread, {}),
  );
  assert.ok(waited);
  const { rowCount } = await database.pool.query(
    "select from app_private.chatbot_events where conversation_id = $1",
    [thread.conversationId],
  );
  assert.equal(rowCount, 1);
});
