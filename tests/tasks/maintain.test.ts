import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { readConfig } from "../../src/base/config.ts";
import { createLog } from "../../src/base/log.ts";
import type { MediaFiles } from "../../src/media/media_files.ts";
import { MissingFile } from "../../src/media/storage_error.ts";
import maintain from "../../tasks/maintain.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { aConversation, aWorkspace, type Workspace } from "../support/people.ts";
import { dueKeys } from "../support/received_media.ts";

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
  const config = readConfig({ NODE_ENV: "test" });
  const upkeep = maintain({ pool: database.pool, config, media, log: createLog("silent") });
  await upkeep();
  assert.deepEqual(await partitions(), kept);
  await upkeep();
  assert.deepEqual(await partitions(), kept);
});

test("files beyond their retention and files that no message has are removed, however many", async () => {
  const { pool } = database;
  const [keeper, forgetter] = [await aWorkspace(pool), await aWorkspace(pool)];
  await pool.query("update app_public.tenants set media_retention = '30 days' where id = $1", [
    forgetter.tenantId,
  ]);
  for (const { tenantId, channelId } of [keeper, forgetter]) {
    const { conversationId } = await aConversation(pool, { ...keeper, tenantId, channelId });
    await pool.query(
      `with files as (
         insert into app_private.media_files (tenant_id, sha256, size, storage_key)
         select $1, sha256(n::text::bytea), 1, $1::uuid || '/' || n from generate_series(1, 1500) n
         returning sha256
       ),
       stored as (
         insert into app_public.media (tenant_id, type, state, sha256, size, stored_at, created_at)
         select $1, 'image', 'stored', sha256, 1, now() - interval '31 days', now() - interval '31 days' from files
         returning id
       )
       insert into app_public.messages (conversation_id, direction, author, origin, type, content, media_id)
       select $2, 'inbound', 'contact', 'history', 'image', '{}', id from stored`,
      [tenantId, conversationId],
    );
    await pool.query(
      `insert into app_public.media (tenant_id, channel_id, type, created_at)
       values ($1, $2, 'image', now() - interval '2 days')`,
      [tenantId, channelId],
    );
  }
  const config = readConfig({ NODE_ENV: "test" });
  await maintain({ pool, config, media, log: createLog("silent") })();
  const states = async ({ tenantId }: Workspace) =>
    (
      await pool.query(
        "select state, count(*)::int as n from app_public.media where tenant_id = $1 group by state",
        [tenantId],
      )
    ).rows;
  assert.deepEqual(await states(keeper), [{ state: "stored", n: 1500 }]);
  assert.deepEqual(await states(forgetter), [{ state: "gone", n: 1500 }]);
  assert.equal((await dueKeys(pool)).length, 1500);
});
