import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { startProgram, type TestProgram } from "../support/program.ts";
import { anActiveChatbot } from "../support/support_bot.ts";
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

test("a customer writes, the chatbot answers, the customer taps, the statuses come back", async () => {
  const workspace = await program.connectedWorkspace();
  await anActiveChatbot(database.pool, workspace.tenantId);
  const phone = program.sandbox.customer({ phone: "15557654321", name: "Ann" }, workspace.phoneNumberId);

  await phone.say("Hello");
  await until("the welcome and the menu", () => phone.received.length >= 2);
  await phone.tap("btn_tech");
  await until("the answer and the goodbye", () => phone.received.length >= 4);
  assert.equal(phone.received.length, 4);

  const statuses = await until("all four delivered", async () => {
    const { rows } = await database.pool.query(
      `select s.status, m.preview from app_public.messages m join app_public.message_statuses s
       on s.tenant_id = m.tenant_id and s.message_id = m.id where m.tenant_id = $1 order by m.id`,
      [workspace.tenantId],
    );
    return rows.every(({ status }) => status === "delivered") && rows;
  });
  assert.deepEqual(
    statuses.map(({ preview }) => preview),
    [
      "Welcome to the support line.",
      "What can we do for you?",
      "Our technicians write back within an hour.",
      "Thank you, and goodbye.",
    ],
  );
  const { rows } = await database.pool.query(
    "select status, completion_reason, variables ->> 'menu_selection' as choice, jsonb_path_query_array(node_history, '$[*].nodeId') as path from app_public.conversation_contexts where tenant_id = $1",
    [workspace.tenantId],
  );
  assert.deepEqual(rows, [
    {
      status: "completed",
      completion_reason: "flow_completed",
      choice: "btn_tech",
      path: ["start-1", "welcome-msg", "main-menu", "tech-response", "goodbye-msg"],
    },
  ]);
});
