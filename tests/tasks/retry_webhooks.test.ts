import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { replayWebhooks } from "../../src/inbound/replay.ts";
import retryWebhooks from "../../tasks/retry_webhooks.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { type ConnectedWorkspace, startProgram, type TestProgram } from "../support/program.ts";
import { texts, webhookBody } from "../support/webhooks.ts";

let database: TestDatabase;
let program: TestProgram;
before(async () => {
  database = await createTestDatabase();
  program = await startProgram(database, { withWorker: false });
});
after(async () => {
  await program.stop();
  await database.drop();
});

async function aFailedBody(
  { tenantId, channelId, ...number }: ConnectedWorkspace,
  body: string,
): Promise<void> {
  await database.pool.query(
    `insert into app_public.webhook_events (tenant_id, channel_id, status, error, body, processed_at)
     values ($1, $2, 'failed', 'it was bad', $3, now() - interval '11 minutes')`,
    [tenantId, channelId, Buffer.from(webhookBody(number, texts("15556660001", body)))],
  );
}

async function statuses({ tenantId }: ConnectedWorkspace): Promise<string[]> {
  const { rows } = await database.pool.query(
    "select status from app_public.webhook_events where tenant_id = $1 order by id",
    [tenantId],
  );
  return rows.map(({ status }) => status);
}

test("each tenant's bodies have a separate time limit", async () => {
  const tenants = [await program.connectedWorkspace(), await program.connectedWorkspace()];
  for (const tenant of tenants) for (const body of ["one", "two"]) await aFailedBody(tenant, body);
  const { pool } = database;
  const tools = { pool, keyRing: program.ring, log: program.log };
  const none = await replayWebhooks(tools, { status: "failed", tenantId: tenants[0]!.tenantId, withinMs: 0 });
  assert.equal(none.replayed, 0);
  await replayWebhooks(tools, { status: "failed", tenantId: tenants[0]!.tenantId, limit: 1 });
  assert.deepEqual(await statuses(tenants[0]!), ["processed", "failed"]);
  await retryWebhooks(tools)();
  for (const tenant of tenants) assert.deepEqual(await statuses(tenant), ["processed", "processed"]);
});
