import assert from "node:assert/strict";
import { after, before, type TestContext, test } from "node:test";
import pg from "pg";
import { ECHO_BOT } from "../support/chatbot_graphs.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { hear } from "../support/messages.ts";
import { aConversation, aWorkspace } from "../support/people.ts";
import { overlapping } from "../support/race.ts";
import { anActiveChatbot } from "../support/support_bot.ts";
import { turnsOn } from "../support/turns.ts";
import { until } from "../support/until.ts";

let database: TestDatabase;
before(async () => {
  database = await createTestDatabase();
});
after(() => database.drop());

/** A worker's turns, on connections of its own that go by its name. */
function aWorker(t: TestContext, name: string) {
  const pool = new pg.Pool({ connectionString: database.ownerUrl, application_name: name });
  t.after(() => pool.end());
  return turnsOn(pool);
}

/** What each worker's connections are doing: `saving` waits for the held table, `looking` found nothing to take. */
async function doingOf(...names: string[]) {
  const { rows } = await database.pool.query<{ name: string; doing: string }>(
    `select application_name as name, case
       when wait_event_type = 'Lock' then 'saving' when query like 'select exists%' then 'looking' else 'other' end as doing
     from pg_stat_activity where application_name = any ($1)`,
    [names],
  );
  return names.map((name) => rows.filter((row) => row.name === name).map(({ doing }) => doing));
}

// The lock is the conversation's row, "for no key update skip locked" in claim_chatbot_turns(). Without it the second
// worker plays what the first is about to save, and both answer.
test("two messages of one contact handled by two workers at once: both answered, in order, once", async (t) => {
  const workspace = await aWorkspace(database.pool);
  await anActiveChatbot(database.pool, workspace.tenantId, ECHO_BOT);
  const thread = await aConversation(database.pool, workspace);
  const [first, second] = [aWorker(t, "first worker"), aWorker(t, "second worker")];
  await hear(database.pool, workspace, thread, {});
  await first.drain();
  await hear(database.pool, workspace, thread, { content: { body: "one" } }, { content: { body: "two" } });

  // Whoever has taken the turn cannot save it while this is held: both workers are at work at the same time.
  const holder = await database.pool.connect();
  t.after(() => holder.release(true));
  await holder.query("begin; lock table app_public.conversation_contexts in share mode");
  const draining = [first.drain()];
  await until("the first to be about to save", async () =>
    (await doingOf("first worker"))[0]?.includes("saving"),
  );
  draining.push(second.drain());
  await until("the second to have looked, or to be about to save too", async () =>
    (await doingOf("second worker"))[0]?.some((doing) => doing !== "other"),
  );
  await holder.query("commit");
  await Promise.all(draining);

  const { rows } = await database.pool.query<{ body: string }>(
    `select content ->> 'body' as body from app_public.messages
     where conversation_id = $1 and direction = 'outbound' order by created_at, id`,
    [thread.conversationId],
  );
  assert.deepEqual(
    rows.map(({ body }) => body),
    ["Next?", "You said one", "Next?", "You said two", "Next?"],
  );
});

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
