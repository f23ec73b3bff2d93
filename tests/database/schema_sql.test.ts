import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { dumpSchema, SCHEMA_SQL } from "../../src/database/dump/dump.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

let database: TestDatabase;
before(async () => {
  database = await createTestDatabase();
});
after(() => database.drop());

test("migrations/schema.sql is what the migrations make (npm run schema)", async () => {
  const client = await database.pool.connect();
  const dump = await dumpSchema(client).finally(() => client.release());
  assert.deepEqual(dump.split("\n"), (await readFile(SCHEMA_SQL, "utf8")).split("\n"));
});

test("partitions come and go without changing it", async () => {
  const client = await database.pool.connect();
  try {
    const before = await dumpSchema(client);
    await client.query("select app_private.ensure_partitions(6)");
    await client.query("drop table app_private.webhook_events_before");
    assert.equal(await dumpSchema(client), before);
  } finally {
    client.release();
  }
});

test("something that it cannot show is refused, not left out", async () => {
  const client = await database.pool.connect();
  try {
    await client.query("create sequence app_private.a_sequence");
    await assert.rejects(dumpSchema(client), /a_sequence/);
    await client.query("drop sequence app_private.a_sequence");
  } finally {
    client.release();
  }
});
