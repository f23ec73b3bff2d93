import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { send } from "../support/messages.ts";
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

test("a message that waits while its channel is paused is not sent after the customer's STOP", async () => {
  const { pool } = database;
  const { tenantId, channelId, phoneNumberId } = await program.connectedWorkspace();
  await pool.query(
    "insert into app_public.consent_keywords (tenant_id, keyword, category, is_opt_in) values ($1, 'stop', 'all', false)",
    [tenantId],
  );
  const phone = program.sandbox.customer({ phone: "15557670031" }, phoneNumberId);
  phone.say("Hi");
  const conversationId = await until("the message", async () => {
    const { rows } = await pool.query(
      "select id from app_public.conversations where tenant_id = $1 and last_message_id is not null",
      [tenantId],
    );
    return rows[0]?.id;
  });
  await pool.query("update app_public.channels set status = 'paused' where id = $1", [channelId]);
  const id = await send(pool, conversationId, "Shall I call you?");
  phone.say("STOP!");
  const errorCode = await until("the message to fail", async () => {
    const { rows } = await pool.query(
      "select error_code from app_public.message_statuses where message_id = $1 and status = 'failed'",
      [id],
    );
    return rows[0]?.error_code;
  });
  assert.equal(errorCode, "PYOPT");
  await pool.query("update app_public.channels set status = 'active' where id = $1", [channelId]);
  assert.equal(program.sandbox.ledger.sent.length, 0);
});
