import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import rollUpFigures from "../../tasks/roll_up_figures.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { aWorkspace } from "../support/people.ts";

let database: TestDatabase;
before(async () => {
  database = await createTestDatabase();
});
after(() => database.drop());

test("all recorded changes are added up, in as many rounds as needed; those of deleted tenants are dropped", async () => {
  const { pool } = database;
  const { tenantId, channelId } = await aWorkspace(pool);
  await pool.query(
    `insert into app_hidden.message_activity
     select case when n % 25 = 0 then gen_random_uuid() else $1 end, $2, '2026-03-01', 'inbound', 'contact', 'text', 1
     from generate_series(1, 25000) n`,
    [tenantId, channelId],
  );
  await rollUpFigures({ pool })();
  const { rows: left } = await pool.query("select from app_hidden.message_activity");
  assert.equal(left.length, 0);
  const { rows } = await pool.query("select tenant_id, day::text, count from app_hidden.message_stats");
  assert.deepEqual(rows, [{ tenant_id: tenantId, day: "2026-03-01", count: 24_000 }]);
});
