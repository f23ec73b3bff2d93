import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { readConfig } from "../../src/base/config.ts";
import { createLog } from "../../src/base/log.ts";
import maintain from "../../tasks/maintain.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

let database: TestDatabase;
before(async () => {
  database = await createTestDatabase();
});
after(() => database.drop());

async function partitions(): Promise<string[]> {
  const { rows } = await database.pool.query(
    `select c.relname as name from pg_class c
     where c.relnamespace = 'app_private'::regnamespace and c.relname ~ '^webhook_events_\\d{4}_\\d{2}$'
     order by 1`,
  );
  return rows.map(({ name }) => name);
}

test("the partitions of the months to come are made, and webhook bodies beyond the retention are dropped", async () => {
  const kept = await partitions();
  const latest = kept.at(-1)!;
  await database.pool.query(`drop table app_private.${latest}`);
  await database.pool.query(
    "create table app_private.webhook_events_2020_01 (like app_public.webhook_events)",
  );
  const config = readConfig({ NODE_ENV: "test" });
  const upkeep = maintain({ pool: database.pool, config, log: createLog("silent") });
  await upkeep();
  assert.deepEqual(await partitions(), kept);
  await upkeep();
  assert.deepEqual(await partitions(), kept);
});
