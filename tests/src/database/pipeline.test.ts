import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type pg from "pg";
import { readConfig } from "../../../src/base/config.ts";
import { createLog } from "../../../src/base/log.ts";
import { inTransaction } from "../../../src/database/pipeline.ts";
import { createPool } from "../../../src/database/pool.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { watchRoundTrips } from "../../support/round_trips.ts";

let database: TestDatabase;
let pool: pg.Pool;
let trips: string[][];
before(async () => {
  database = await createTestDatabase();
  await database.pool.query("create table app_private.noted (id int primary key)");
  const config = { ...readConfig({ NODE_ENV: "test" }), DATABASE_POOL_SIZE: 1 };
  pool = createPool(database.ownerUrl, "test", config, createLog("silent"));
  trips = watchRoundTrips(pool);
});
after(async () => {
  await pool.end();
  await database.drop();
});

const note = (id: number) => `insert into app_private.noted values (${id})`;
const isNoted = async (id: number) =>
  (await database.pool.query("select from app_private.noted where id = $1", [id])).rowCount === 1;

test("the first query goes with begin, the last one and what follows go with commit", async () => {
  trips.length = 0;
  let following: Promise<unknown> | undefined;
  const order: string[] = [];
  const result = await inTransaction(pool, async (client, pipeline) => {
    await client.query("select 1");
    await client.query("select 2");
    pipeline.last(client.query(note(1)));
    pipeline.afterCommit((same) => {
      order.push("sent");
      following = same.query("select 3");
    });
    pipeline.onCommitted(() => order.push("committed"));
    return "done";
  });
  assert.equal(result, "done");
  await following;
  assert.deepEqual(trips, [["begin", "select 1"], ["select 2"], [note(1), "commit", "select 3"]]);
  assert.deepEqual(order, ["sent", "committed"]);
  assert.ok(await isNoted(1));
});

test("when the last query fails all is rolled back, what follows runs after that, and nothing is confirmed", async () => {
  let following: Promise<{ rows: unknown[] }> | undefined;
  const failed = inTransaction(pool, async (client, pipeline) => {
    await client.query(note(2));
    pipeline.last(client.query("select 1 / 0"));
    pipeline.afterCommit((same) => {
      following = same.query("select 3 as three");
    });
    pipeline.onCommitted(() => assert.fail("there was no commit"));
  });
  await assert.rejects(failed, { code: "22012" });
  assert.deepEqual((await following)?.rows, [{ three: 3 }]);
  assert.ok(!(await isNoted(2)));
});

test("when the work throws there is no commit to go with", async () => {
  const broken = inTransaction(pool, async (client, pipeline) => {
    await client.query(note(3));
    pipeline.afterCommit(() => assert.fail("no commit was sent"));
    throw new TypeError("broken");
  });
  await assert.rejects(broken, TypeError);
  assert.ok(!(await isNoted(3)));
  assert.equal((await pool.query("select 1 as one")).rows[0].one, 1);
});
