import assert from "node:assert/strict";
import type pg from "pg";
import { validateChatbot } from "../../../src/services/validate_chatbot.ts";
import { graphOf } from "../../support/chatbot_graphs.ts";
import { aPerson, aWorkspace, become, digits } from "../../support/people.ts";
import { stories } from "../../support/story.ts";
import type { Graph } from "../../support/support_bot.ts";

const story = stories();

async function id(db: pg.PoolClient, sql: string, ...values: unknown[]): Promise<string> {
  return (await db.query(sql, values)).rows[0].id;
}

/** A tenant with one of everything that a graph can name: twice, the second not to be used. */
async function aFullTenant(db: pg.PoolClient) {
  const { tenantId, businessAccountId } = await aWorkspace(db);
  const people = { good: await aPerson(db, tenantId, "owner"), gone: await aPerson(db, tenantId, "agent") };
  await db.query("update app_public.memberships set is_active = false where user_id = $1", [
    people.gone.userId,
  ]);
  const source = (isActive: boolean) =>
    id(
      db,
      "insert into app_public.data_sources (tenant_id, name, base_url, is_active) values ($1, $2::bool::text, 'https://a.example', $2) returning id",
      tenantId,
      isActive,
    );
  const [good, resting] = [await source(true), await source(false)];
  const connection = (sourceId: string) =>
    id(
      db,
      "insert into app_public.data_source_connections (tenant_id, data_source_id, name) values ($1, $2::uuid, $2::uuid::text) returning id",
      tenantId,
      sourceId,
    );
  const form = async (status: string) => {
    const formId = digits(12);
    await db.query(
      "insert into app_public.whatsapp_flows (tenant_id, whatsapp_flow_id, name, status) values ($1, $2, 'A form', $3)",
      [tenantId, formId, status],
    );
    return formId;
  };
  for (const [language, status] of [
    ["en", "approved"],
    ["de", "rejected"],
    ["fr", "unknown"],
  ])
    await db.query(
      `insert into app_public.templates (tenant_id, business_account_id, name, language, status)
       values ($1, $2, 'hello', $3, $4)`,
      [tenantId, businessAccountId, language, status],
    );
  for (const [person, email, reason] of [
    [people.good, "good@example.com", null],
    [people.gone, "gone@example.com", "invalid_grant"],
  ] as const)
    await db.query(
      `insert into app_public.google_accounts (tenant_id, user_id, email, has_refresh_token, status, status_reason)
       values ($1, $2, $3, true, case when $4::text is null then 'connected' else 'revoked' end::app_public.google_account_status, $4)`,
      [tenantId, person.userId, email, reason],
    );
  await db.query("insert into app_public.groups (tenant_id, name) values ($1, 'News')", [tenantId]);
  const tagId = await id(
    db,
    "insert into app_public.tags (tenant_id, name) values ($1, 'VIP') returning id",
    tenantId,
  );
  const called = await id(
    db,
    "insert into app_public.chatbots (tenant_id, name) values ($1, 'Called') returning id",
    tenantId,
  );
  const graph = graphOf(
    {
      start: ["start"],
      source: ["data_source", { dataSourceId: good }],
      resting: ["data_source", { dataSourceId: resting }],
      connection: ["data_source", { connectionId: await connection(good) }],
      restingConnection: ["data_source", { connectionId: await connection(resting) }],
      form: ["whatsapp_flow", { whatsappFlowId: await form("published") }],
      draftForm: ["whatsapp_flow", { whatsappFlowId: await form("draft") }],
      blockedForm: ["whatsapp_flow", { whatsappFlowId: await form("blocked") }],
      template: ["message", { messageType: "template", templateName: "hello" }],
      unknown: ["message", { messageType: "template", templateName: "hello", templateLanguage: "fr" }],
      rejected: ["message", { messageType: "template", templateName: "hello", templateLanguage: "de" }],
      owners: ["google_calendar", {}],
      byId: ["google_calendar", { calendarUserSource: "static", calendarUserId: people.good.userId }],
      revoked: ["google_calendar", { calendarUserSource: "static", calendarUserId: "gone@example.com" }],
      person: ["handoff", { userId: people.good.userId }],
      goneP: ["handoff", { userId: people.gone.userId }],
      lists: ["update_contact", { addGroups: ["nEWS"], addTags: [tagId] }],
      sub: ["subflow", { chatbotId: called }],
    },
    [],
  );
  return { tenantId, admin: people.good, graph };
}

async function problemsOf(db: pg.PoolClient, tenantId: string, graph: Graph) {
  const chatbotId = await id(
    db,
    "insert into app_public.chatbots (tenant_id, name, nodes) values ($1, gen_random_uuid(), $2) returning id",
    tenantId,
    JSON.stringify(graph.nodes),
  );
  const { problems } = await validateChatbot(db, chatbotId);
  return problems
    .filter(({ code }) => code !== "unreachable_node")
    .map(({ severity, nodeId, code }) => `${severity} ${nodeId} ${code}`);
}

const USABLE_IN_PART = [
  "warning resting inactive_data_source",
  "warning restingConnection inactive_connection",
  "warning draftForm draft_flow",
  "warning blockedForm inactive_flow",
  "warning rejected inactive_template",
  "warning revoked inactive_calendar",
  "warning goneP inactive_member",
];

story("references that are inactive, drafts or withdrawn are reported; usable ones are not", async (db) => {
  const { tenantId, graph } = await aFullTenant(db);
  assert.deepEqual(await problemsOf(db, tenantId, graph), USABLE_IN_PART);
});

story("rows of another tenant are treated as missing", async (db) => {
  const theirs = await aFullTenant(db);
  const { tenantId } = await aWorkspace(db);
  assert.deepEqual(await problemsOf(db, tenantId, theirs.graph), [
    "warning source unknown_data_source",
    "warning resting unknown_data_source",
    "warning connection unknown_connection",
    "warning restingConnection unknown_connection",
    "warning form unknown_flow",
    "warning draftForm unknown_flow",
    "warning blockedForm unknown_flow",
    "warning template unknown_template",
    "warning unknown unknown_template",
    "warning rejected unknown_template",
    "warning owners calendar_not_connected",
    "warning byId calendar_not_connected",
    "warning revoked calendar_not_connected",
    "warning person unknown_member",
    "warning goneP unknown_member",
    "warning lists unknown_tag",
    "warning lists unknown_group",
    "error sub unknown_chatbot",
  ]);
});

story("an admin gets the same result as the operator, and an agent gets none", async (db) => {
  const { tenantId, admin, graph } = await aFullTenant(db);
  const chatbotId = await id(
    db,
    "insert into app_public.chatbots (tenant_id, name, nodes) values ($1, 'Bot', $2) returning id",
    tenantId,
    JSON.stringify(graph.nodes),
  );
  const agent = await aPerson(db, tenantId, "agent");
  const named = JSON.stringify([{ kind: "group", id: "News" }]);
  const found = async () =>
    (await db.query("select id from app_hidden.find_chatbot_references($1, $2)", [chatbotId, named])).rows;

  await become(db, admin);
  assert.deepEqual(
    (await validateChatbot(db, chatbotId)).problems
      .filter(({ code }) => code !== "unreachable_node")
      .map(({ severity, nodeId, code }) => `${severity} ${nodeId} ${code}`),
    USABLE_IN_PART,
  );
  assert.deepEqual(await found(), [{ id: "News" }]);
  await become(db, agent);
  assert.deepEqual(await found(), []);
  await assert.rejects(validateChatbot(db, chatbotId), { code: "PYDEN" });
});
