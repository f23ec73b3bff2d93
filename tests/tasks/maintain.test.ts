import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createLog } from "../../src/base/log.ts";
import type { MediaFiles } from "../../src/media/media_files.ts";
import { MissingFile } from "../../src/media/storage_error.ts";
import maintain from "../../tasks/maintain.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { aWorkspace } from "../support/people.ts";

/** No list of erasures is stored. */
const media = {
  storage: {
    open: async () => {
      throw new MissingFile();
    },
  },
} as unknown as MediaFiles;

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
  const upkeep = maintain({ pool: database.pool, media, log: createLog("silent") });
  await upkeep();
  assert.deepEqual(await partitions(), kept);
  await upkeep();
  assert.deepEqual(await partitions(), kept);
});

test("files that no message has are removed", async () => {
  const { pool } = database;
  const { tenantId, channelId } = await aWorkspace(pool);
  await pool.query(
    `insert into app_public.media (tenant_id, channel_id, type, created_at)
     values ($1, $2, 'image', now() - interval '2 days')`,
    [tenantId, channelId],
  );
  await maintain({ pool, media, log: createLog("silent") })();
  assert.equal((await pool.query("select from app_public.media")).rowCount, 0);
});
