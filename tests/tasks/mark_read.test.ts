import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { startProgram, type TestProgram } from "../support/program.ts";
import { until } from "../support/until.ts";

let database: TestDatabase;
let program: TestProgram;
before(async () => {
  database = await createTestDatabase();
  program = await startProgram(database);
});
after(async () => {
  await program.stop();
  await database.drop();
});

test("the newest message gets a read receipt; a refusal is not retried", async () => {
  const workspace = await program.connectedWorkspace();
  const phone = program.sandbox.customer({ phone: "15557670001", name: "Ann" }, workspace.phoneNumberId);
  phone.say("one");
  phone.say("two");
  const conversationId = await until("both to be stored", async () => {
    const { rows } = await database.pool.query(
      "select conversation_id as id from app_public.messages where tenant_id = $1",
      [workspace.tenantId],
    );
    return rows.length === 2 && rows[0].id;
  });
  const ask = () =>
    database.pool.query(
      "select graphile_worker.add_job('mark_read', json_build_object('conversationId', $1::uuid))",
      [conversationId],
    );
  const reads = () =>
    program.sandbox.ledger.requests.filter(
      ({ body }) => (body as { status?: string } | null)?.status === "read",
    );
  await ask();
  const read = await until("the read receipt", () => reads()[0]);
  // Both were said in one second: either may be the newest.
  const { message_id: messageId } = read.body as { message_id: string };
  assert.ok(phone.messages.some(({ wamid }) => wamid === messageId));
  assert.equal(read.answer, 200);

  program.sandbox.faults.add({ kind: "error", code: 131009 }, { operation: "markRead", times: 1 });
  await ask();
  await until("the refusal", () => reads()[1]);
  await until("no job to be left", async () => {
    const { rows } = await database.pool.query(
      "select from graphile_worker.jobs where task_identifier = 'mark_read'",
    );
    return rows.length === 0;
  });
});
