import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type pg from "pg";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { aConversation, aWorkspace } from "../support/people.ts";
import { atOnce, overlapping } from "../support/race.ts";

let database: TestDatabase;
before(async () => {
  database = await createTestDatabase();
});
after(() => database.drop());

const ask =
  (conversationId: string, body = "Hello") =>
  async (db: pg.PoolClient) =>
    (
      await db.query("select id from app_public.send_message($1, $2, idempotency_key => 'key')", [
        conversationId,
        { body },
      ])
    ).rows[0].id as string;

const count = async (conversationId: string) =>
  (await database.pool.query("select from app_public.messages where conversation_id = $1", [conversationId]))
    .rowCount;

// The primary key of idempotency_keys, which makes the second wait: without it both send.
test("one key used twice at once sends once, and both requests return the same message", async () => {
  const { conversationId } = await aConversation(database.pool, await aWorkspace(database.pool));
  const { first, second, waited } = await overlapping(
    database.pool,
    ask(conversationId),
    ask(conversationId),
  );
  assert.ok(waited);
  assert.deepEqual(second, { status: "fulfilled", value: first });
  assert.equal(await count(conversationId), 1);
});

test("eight times at once, too", async () => {
  const { conversationId } = await aConversation(database.pool, await aWorkspace(database.pool));
  const ids = await atOnce(database.pool, Array(8).fill(ask(conversationId)));
  assert.equal(new Set(ids).size, 1);
  assert.equal(await count(conversationId), 1);
});

test("another request under the same key, at once, is refused and not sent", async () => {
  const { conversationId } = await aConversation(database.pool, await aWorkspace(database.pool));
  const { second } = await overlapping(database.pool, ask(conversationId), ask(conversationId, "Bye"));
  assert.ok(second.status === "rejected");
  assert.equal(second.reason.code, "PYIDM");
  assert.equal(await count(conversationId), 1);
});

test("when the first fails, the key is free for the second", async () => {
  const { conversationId } = await aConversation(database.pool, await aWorkspace(database.pool));
  const db = await database.pool.connect();
  await db.query("begin");
  await ask(conversationId)(db);
  const second = atOnce(database.pool, [ask(conversationId)]);
  await db.query("rollback");
  db.release();
  assert.equal((await second).length, 1);
  assert.equal(await count(conversationId), 1);
});
