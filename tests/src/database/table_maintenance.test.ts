import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { maintainTables } from "../../../src/database/table_maintenance.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { until } from "../../support/until.ts";

let db: TestDatabase;
before(async () => {
  db = await createTestDatabase();
});
after(() => db.drop());

/** The server counts what changed a moment after it did. */
async function changed(statements: string): Promise<void> {
  const client = await db.pool.connect();
  await client.query(statements);
  await client.query("select pg_stat_force_next_flush()");
  client.release();
}

test("a queue with many dead rows is vacuumed; one with few is left to autovacuum", async () => {
  await changed(`
    insert into app_private.chatbot_activity (tenant_id, version_id, steps)
    select gen_random_uuid(), gen_random_uuid(), '[]' from generate_series(1, 3000);
    delete from app_private.chatbot_activity`);
  await until("the litter to be seen and swept", async () => {
    const tended = await maintainTables(db.pool);
    return tended.includes("app_private.chatbot_activity");
  });
  const { rows } = await db.pool.query(
    `select relname, last_vacuum is not null as is_swept from pg_stat_user_tables
     where relname in ('chatbot_activity', 'outbox') order by relname`,
  );
  assert.deepEqual(rows, [
    { relname: "chatbot_activity", is_swept: true },
    { relname: "outbox", is_swept: false },
  ]);
});

test("a small table is analysed when it has grown by half, and again only after more growth", async () => {
  await changed(`
    insert into app_public.tenants (slug, name)
    select 'tenant-' || n, 'T' from generate_series(1, 3000) n`);
  await until("the growth to be seen", async () =>
    (await maintainTables(db.pool)).includes("app_public.tenants"),
  );
  const { rows } = await db.pool.query(
    "select reltuples::int as rows from pg_class where oid = 'app_public.tenants'::regclass",
  );
  assert.ok(rows[0].rows >= 3000);
  assert.ok(!(await maintainTables(db.pool)).includes("app_public.tenants"));
});
