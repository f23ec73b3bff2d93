import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import type pg from "pg";
import { readConfig } from "../../../src/base/config.ts";
import { isPassing } from "../../../src/base/database_error.ts";
import { createLog } from "../../../src/base/log.ts";
import { registry } from "../../../src/base/metrics.ts";
import { inTransaction } from "../../../src/database/pipeline.ts";
import { createPool, listPools } from "../../../src/database/pool.ts";
import { statementLog } from "../../../src/database/statement_log.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";

let database: TestDatabase;
before(async () => {
  database = await createTestDatabase();
});
after(() => database.drop());

function aPool(options: Parameters<typeof createPool>[4] = {}): pg.Pool {
  const config = { ...readConfig({ NODE_ENV: "test" }), DATABASE_POOL_SIZE: 1 };
  return createPool(database.ownerUrl, "test", config, createLog("silent"), options);
}

const backend = async (pool: pg.Pool): Promise<number> =>
  (await pool.query("select pg_backend_pid() as pid")).rows[0].pid;

test("an abandoned transaction is ended by the server, which releases its locks", async () => {
  const pool = aPool();
  try {
    const { rows } = await pool.query("show idle_in_transaction_session_timeout");
    assert.deepEqual(rows, [{ idle_in_transaction_session_timeout: "10s" }]);
    const broken = inTransaction(pool, async (client) => {
      await client.query("set local idle_in_transaction_session_timeout to 20");
      await delay(500);
      await client.query("select 1");
    });
    await assert.rejects(broken, isPassing);
  } finally {
    await pool.end();
  }
});

test("a connection to a server that has become a standby is not used again", async () => {
  const pool = aPool();
  try {
    const before = await backend(pool);
    // What a standby refuses, it refuses as this connection does.
    await pool.query("set default_transaction_read_only to on");
    const write = () =>
      inTransaction(pool, (client) => client.query("create table app_private.written (id int)"));
    await assert.rejects(write(), { code: "25006" });
    await write();
    assert.notEqual(await backend(pool), before);
  } finally {
    await pool.end();
  }
});

test("any other error leaves the connection as it is", async () => {
  const pool = aPool();
  try {
    const before = await backend(pool);
    await assert.rejects(
      inTransaction(pool, (client) => client.query("select 1 / 0")),
      { code: "22012" },
    );
    assert.equal(await backend(pool), before);
  } finally {
    await pool.end();
  }
});

test("for a pooler that does not know them there are no named statements", async () => {
  for (const isUnprepared of [false, true]) {
    const pool = aPool({ isUnprepared });
    try {
      const { rows } = await pool.query({ name: "one", text: "select $1::int as one", values: [1] });
      assert.deepEqual(rows, [{ one: 1 }]);
      const { rowCount } = await pool.query("select from pg_prepared_statements");
      assert.equal(rowCount, isUnprepared ? 0 : 1);
    } finally {
      await pool.end();
    }
  }
});

test("slow statements are logged with their text and without values, and all are measured", async (t) => {
  t.after(() => statementLog.begin("off"));
  const lines: string[] = [];
  const log = createLog("info", { write: (line) => void lines.push(line) });
  const config = { ...readConfig({ NODE_ENV: "test" }), DATABASE_POOL_SIZE: 1 };
  const pool = createPool(database.ownerUrl, "measured", config, log);
  t.after(() => pool.end());
  const logged = () => lines.splice(0).map((line) => JSON.parse(line));

  await pool.query("select 1");
  assert.deepEqual(logged(), [], "off is the default");
  statementLog.begin(30);
  await pool.query("select 1");
  await pool.query({ name: "slow", text: "select\n  pg_sleep($1), $2::text", values: [0.05, "a secret"] });
  const [slow, ...none] = logged();
  assert.deepEqual(none, []);
  const { pool: name, rows, name: statement, sql, milliseconds } = slow;
  assert.deepEqual(
    { name, rows, statement, sql },
    { name: "measured", rows: 1, statement: "slow", sql: "select pg_sleep($1), $2::text" },
  );
  assert.ok(milliseconds >= 50);

  statementLog.next(log);
  const client = await pool.connect();
  await assert.rejects(client.query("select 1 / $1::int", [0]));
  client.release();
  assert.deepEqual(
    logged().map(({ msg, fromMs, code }) => [msg, fromMs, code]),
    [
      ["statement log changed", 0, undefined],
      ["statement", undefined, "22012"],
    ],
  );
  const text = await registry.getSingleMetricAsString("parley_query_duration_seconds");
  assert.match(text, /_count\{pool="measured"\} 4$/m);
  assert.ok(listPools().some((open) => open.name === "measured"));
});
