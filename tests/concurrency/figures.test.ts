import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type pg from "pg";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { hear } from "../support/messages.ts";
import { aConversation, aWorkspace } from "../support/people.ts";
import { overlapping } from "../support/race.ts";

let database: TestDatabase;
before(async () => {
  database = await createTestDatabase();
});
after(() => database.drop());

const recount = async (db: pg.PoolClient | pg.Pool) =>
  (await db.query("select app_private.recount_figures() as wrong")).rows[0].wrong as number;
const rollUp = async (db: pg.PoolClient) =>
  (await db.query("select app_private.roll_up_figures() as taken")).rows[0].taken as number;
const counted = async () =>
  (await database.pool.query("select sum(count)::int as messages from app_hidden.daily_messages")).rows[0]
    .messages;

// The advisory lock of recount_figures(): without it, both add the difference.
test("of two recounts at once, one corrects the figures", async () => {
  const { pool } = database;
  const workspace = await aWorkspace(pool);
  await hear(pool, workspace, await aConversation(pool, workspace), {}, {});
  await pool.query("delete from app_hidden.message_activity");
  const { first, second, waited } = await overlapping(pool, recount, recount);
  assert.ok(waited);
  assert.equal(first, 1);
  assert.deepEqual(second, { status: "fulfilled", value: 0 });
  assert.equal(await counted(), 2);
});

test("messages that are stored, and changes that are rolled up, during a recount are counted once", async () => {
  const { pool } = database;
  const workspace = await aWorkspace(pool);
  const thread = await aConversation(pool, workspace);
  const before = await counted();
  const store = (db: pg.PoolClient) => hear(db, workspace, thread, {}, {});
  for (const step of [recount, rollUp]) {
    assert.equal((await overlapping(pool, store, step)).waited, false);
    assert.equal((await overlapping(pool, step, store)).waited, false);
  }
  await overlapping(pool, rollUp, recount);
  assert.equal(await counted(), before + 8);
  assert.equal(await recount(pool), 0);
});
