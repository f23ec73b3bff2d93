import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { readConfig } from "../../src/base/config.ts";
import { trace, traceIdOf } from "../../src/base/trace.ts";
import { startTracing } from "../../src/process/tracing.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { startProgram, type TestProgram } from "../support/program.ts";
import { standIn } from "../support/stand_in.ts";
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

test("the way of a message is one trace, which is sent to a collector", async () => {
  const collector = await standIn();
  const closing = new AsyncDisposableStack();
  const config = readConfig({ NODE_ENV: "test", OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
  await startTracing({ config, log: program.log, closing });
  const workspace = await program.connectedWorkspace();
  await anActiveChatbot(database.pool, workspace.tenantId);
  const phone = program.sandbox.customer({ phone: "15557654322", name: "Ben" }, workspace.phoneNumberId);
  await phone.say("Hello");
  await until("the welcome and the menu", () => phone.received.length >= 2);
  const { rows } = await database.pool.query<{ provider_message_id: string }>(
    "select provider_message_id from app_public.messages where tenant_id = $1 and direction = 'inbound'",
    [workspace.tenantId],
  );
  const traceId = traceIdOf(workspace.channelId, rows[0]!.provider_message_id);

  type Exported = { traceId: string; spanId: string; parentSpanId?: string; name: string };
  type Body = { resourceSpans: { scopeSpans: { spans: Exported[] }[] }[] };
  const spans = () =>
    collector.asked
      .flatMap(({ body }) => (JSON.parse(body) as Body).resourceSpans)
      .flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans))
      .filter((span) => span.traceId === traceId);
  await until("the spans", () => spans().filter(({ name }) => name === "send").length === 2);
  await closing.disposeAsync();
  await collector.close();

  assert.deepEqual(
    spans()
      .map(({ name, parentSpanId }) => [name, parentSpanId])
      .sort(),
    [
      ["send", traceId.slice(16)],
      ["send", traceId.slice(16)],
      ["store", traceId.slice(16)],
      ["turn", traceId.slice(16)],
      ["webhook", undefined],
    ],
  );
  assert.ok(collector.asked.every(({ url, body }) => url === "/v1/traces" && !body.includes("Hello")));
  assert.equal(trace.isOn, false);
});
