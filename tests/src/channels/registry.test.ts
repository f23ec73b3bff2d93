import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { readConfig } from "../../../src/base/config.ts";
import { CHANNEL_KINDS } from "../../../src/channels/registry.ts";
import { borrowTestDatabase, type TestDatabase } from "../../support/database.ts";
import { testKeyRing as keyRing } from "../../support/program.ts";

let database: TestDatabase;
before(async () => {
  database = await borrowTestDatabase();
});
after(() => database.drop());

async function rows() {
  const { rows } = await database.pool.query("select kind, has_read_receipts from app_public.channel_kinds");
  return rows as { kind: string; has_read_receipts: boolean }[];
}

test("every kind of channel that the database knows has an adapter, and no other", async () => {
  assert.deepEqual(
    CHANNEL_KINDS.map(({ kind }) => kind).sort(),
    (await rows()).map(({ kind }) => kind).sort(),
  );
});

test("an adapter can do what its row says", async () => {
  for (const { kind, has_read_receipts } of await rows()) {
    const adapter = CHANNEL_KINDS.find((each) => each.kind === kind)!;
    const outbound = adapter.openOutbound({ pool: database.pool, keyRing, config: readConfig({}) });
    assert.equal(outbound.markRead !== undefined, has_read_receipts, kind);
    await outbound.close();
  }
});

test("kinds share no address, mutation or command", () => {
  for (const names of [
    CHANNEL_KINDS.flatMap(({ webhooks }) => webhooks?.path ?? []),
    CHANNEL_KINDS.map(({ connection }) => connection.mutation),
    CHANNEL_KINDS.map(({ connection }) => connection.command),
  ])
    assert.equal(new Set(names).size, names.length, names.join(", "));
});
