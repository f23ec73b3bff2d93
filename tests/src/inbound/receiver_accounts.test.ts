import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { replayWebhooks } from "../../../src/inbound/replay.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { type ConnectedWorkspace, startProgram, type TestProgram } from "../../support/program.ts";
import { postWebhook } from "../../support/webhooks.ts";

/** What Meta says of accounts, numbers, templates and forms, from the body to the row. */

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

const T = 1_763_690_400;

async function tell(
  workspace: ConnectedWorkspace,
  field: string,
  time: number,
  value: object,
): Promise<void> {
  const body = {
    object: "whatsapp_business_account",
    entry: [{ id: workspace.businessAccountId, time, changes: [{ field, value }] }],
  };
  assert.equal((await postWebhook(program.url, workspace, JSON.stringify(body))).status, 200);
}

async function one(sql: string, { tenantId }: ConnectedWorkspace) {
  const { rows } = await database.pool.query(sql, [tenantId]);
  assert.equal(rows.length, 1);
  return rows[0];
}

const templateOf = (workspace: ConnectedWorkspace) =>
  one(
    "select status, quality_rating, category, components from app_public.templates where tenant_id = $1",
    workspace,
  );
const channelOf = (workspace: ConnectedWorkspace) =>
  one(
    `select c.status, w.messaging_limit from app_public.channels c
     join app_public.whatsapp_channels w on w.channel_id = c.id where c.tenant_id = $1`,
    workspace,
  );

async function skipped({ tenantId }: ConnectedWorkspace): Promise<string[]> {
  const { rows } = await database.pool.query(
    "select skipped from app_public.webhook_events where tenant_id = $1 order by id",
    [tenantId],
  );
  return rows.flatMap((row) => row.skipped.map(({ reason }: { reason: string }) => reason));
}

const template = {
  message_template_id: 9,
  message_template_name: "late",
  message_template_language: "en_US",
};

test("a template that a webhook only mentions can still be sent", async () => {
  const reports: [field: string, value: object][] = [
    ["message_template_quality_update", { previous_quality_score: "GREEN", new_quality_score: "YELLOW" }],
    ["template_category_update", { previous_category: "UTILITY", new_category: "MARKETING" }],
    ["template_correct_category_detection", { category: "UTILITY", correct_category: "MARKETING" }],
    ["message_template_components_update", { message_template_element: "Hi {{1}}" }],
  ];
  for (const [field, value] of reports) {
    const workspace = await program.connectedWorkspace();
    await tell(workspace, field, T, { ...template, ...value });
    assert.equal((await templateOf(workspace)).status, "unknown", field);
    const { rows } = await database.pool.query(
      `with contact as (insert into app_public.contacts (tenant_id, phone) values ($1, '+15551230001') returning id),
       conversation as (
         insert into app_public.conversations (tenant_id, channel_id, contact_id) select $1, $2, id from contact returning id
       )
       select id from conversation`,
      [workspace.tenantId, workspace.channelId],
    );
    await database.pool.query(
      `insert into app_public.messages (conversation_id, type, content)
       values ($1, 'template', '{"name": "late", "language": {"code": "en_US"}}')`,
      [rows[0].id],
    );
  }
});

test("an old report changes nothing when it is delivered again or replayed", async () => {
  const workspace = await program.connectedWorkspace();
  const approved = { ...template, event: "APPROVED", reason: "NONE" };
  await tell(workspace, "message_template_status_update", T, approved);
  await tell(workspace, "message_template_status_update", T + 7000, { ...template, event: "DISABLED" });
  await tell(workspace, "message_template_status_update", T, approved);
  assert.equal((await templateOf(workspace)).status, "disabled");
  const { rows } = await database.pool.query(
    "select id from app_public.webhook_events where tenant_id = $1 order by id limit 1",
    [workspace.tenantId],
  );
  await replayWebhooks({ pool: database.pool, keyRing: program.ring, log: program.log }, { id: rows[0].id });
  assert.equal((await templateOf(workspace)).status, "disabled");
});

test("a channel that a person paused is paused again after Meta's stop", async () => {
  const workspace = await program.connectedWorkspace();
  await database.pool.query("update app_public.channels set status = 'paused' where id = $1", [
    workspace.channelId,
  ]);
  const ban = (state: string) => ({ event: "DISABLED_UPDATE", ban_info: { waba_ban_state: state } });
  await tell(workspace, "account_update", T, ban("DISABLE"));
  assert.equal((await channelOf(workspace)).status, "stopped");
  await tell(workspace, "account_update", T + 10, ban("REINSTATE"));
  assert.equal((await channelOf(workspace)).status, "paused");
  await tell(workspace, "account_update", T, ban("DISABLE"));
  assert.equal((await channelOf(workspace)).status, "paused");
});

test("a capability changes the messaging limit; what has no column says so", async () => {
  const workspace = await program.connectedWorkspace();
  await tell(workspace, "business_capability_update", T, {
    max_daily_conversations_per_business: "TIER_2K",
    max_phone_numbers_per_waba: 25,
  });
  assert.equal((await channelOf(workspace)).messaging_limit, "TIER_2K");
  assert.deepEqual(await skipped(workspace), []);
  await tell(workspace, "account_review_update", T, { decision: "APPROVED" });
  await tell(workspace, "flows", T, { event: "ENDPOINT_AVAILABILITY", flow_id: 8, alert_state: "ACTIVATED" });
  assert.deepEqual(await skipped(workspace), [
    "account_review_update APPROVED: no column keeps what it says",
    "flows ENDPOINT_AVAILABILITY: no column keeps what it says",
  ]);
});

test("a form's status is Meta's; one that is not known here says so", async () => {
  const workspace = await program.connectedWorkspace();
  await database.pool.query(
    "insert into app_public.whatsapp_flows (tenant_id, whatsapp_flow_id, name) values ($1, '8812', 'Sign up')",
    [workspace.tenantId],
  );
  const change = { event: "FLOW_STATUS_CHANGE", old_status: "DRAFT", new_status: "PUBLISHED" };
  await tell(workspace, "flows", T, { ...change, flow_id: 8812 });
  const { status } = await one(
    "select status from app_public.whatsapp_flows where tenant_id = $1",
    workspace,
  );
  assert.equal(status, "published");
  await tell(workspace, "flows", T, { ...change, flow_id: 8813 });
  assert.equal((await skipped(workspace)).length, 1);
});
