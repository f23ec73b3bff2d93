import type pg from "pg";
import type { FurnishedTenant } from "./furnished_tenant.ts";
import type { Verb } from "./rights.ts";

/** What came of trying: rows were touched, none were (policies hid them), or Postgres refused (its SQLSTATE). */
type Result = "done" | "nothing" | `refused ${string}`;

/** What the catalog says of a table. */
export type TableShape = { name: string; updatable: string[] };

/**
 * Tries a verb on one row of a tenant, with whatever rights the connection has at the moment. `userId` is whose row it
 * is, for the tables of people.
 */
export async function attempt(
  db: pg.ClientBase,
  verb: Verb,
  table: TableShape,
  tenant: FurnishedTenant,
  userId: string = tenant.colleague.userId,
): Promise<Result> {
  const statement = sql(verb, table, tenant, userId);
  await db.query("savepoint attempt");
  try {
    const { rowCount } = await db.query(statement);
    return rowCount ? "done" : "nothing";
  } catch (error) {
    await db.query("rollback to savepoint attempt");
    return `refused ${(error as pg.DatabaseError).code}`;
  }
}

function sql(verb: Verb, { name, updatable }: TableShape, tenant: FurnishedTenant, userId: string): string {
  const table = `app_public.${name}`;
  const row = rowOf(name, tenant, userId);
  switch (verb) {
    case "select":
      return `select 1 from ${table} where ${row}`;
    case "insert":
      return INSERTS[name]?.(tenant) ?? `insert into ${table} default values`;
    case "update": {
      const column = updatable[0] ?? "created_at";
      return `update ${table} set ${column} = ${column} where ${row}`;
    }
    case "delete":
      return `delete from ${table} where ${row}`;
    default:
      return verb satisfies never;
  }
}

function rowOf(table: string, { tenantId }: FurnishedTenant, userId: string): string {
  switch (table) {
    case "tenants":
      return `id = '${tenantId}'`;
    case "templates":
      // Others are changed at the provider.
      return `tenant_id = '${tenantId}' and status = 'draft'`;
    case "users":
      return `id = '${userId}'`;
    case "channel_kinds":
    case "media_limits":
      return "kind = 'whatsapp_cloud'";
    case "campaigns":
      // Others must not be deleted.
      return `tenant_id = '${tenantId}' and status = 'draft'`;
    case "memberships":
      return `tenant_id = '${tenantId}' and user_id = '${userId}'`;
    default:
      return `tenant_id = '${tenantId}'`;
  }
}

/** How those who may insert do it: with the columns that are granted. */
const INSERTS: Record<string, (tenant: FurnishedTenant) => string> = {
  // It cannot be said whose contact it is: it is the caller's own tenant's. Elsewhere the tenant follows from a row.
  contacts: () => `insert into app_public.contacts (name) values ('Ann')`,
  conversations: ({ strangerId }) =>
    `insert into app_public.conversations (contact_id) values ('${strangerId}')`,
  conversation_participants: ({ conversationId, colleague }) =>
    `insert into app_public.conversation_participants (conversation_id, user_id) values ('${conversationId}', '${colleague.userId}')`,
  scheduled_messages: ({ conversationId }) =>
    `insert into app_public.scheduled_messages (conversation_id, content, send_at) values ('${conversationId}', '{"body": "Hi"}', now() + interval '1 day')`,
  canned_replies: () =>
    `insert into app_public.canned_replies (shortcut, title, content, user_id) values ('new', 'New', '{"body": "Hi"}', null)`,
  campaigns: () => `insert into app_public.campaigns (name) values ('New')`,
  campaign_variants: ({ campaignId }) =>
    `insert into app_public.campaign_variants (campaign_id, name) values ('${campaignId}', 'New')`,
  campaign_channels: ({ freeCampaignId, channelId }) =>
    `insert into app_public.campaign_channels (campaign_id, channel_id) values ('${freeCampaignId}', '${channelId}')`,
  templates: () => `insert into app_public.templates (name, language) values ('new', 'de')`,
  views: () => `insert into app_public.views (name, filter, user_id) values ('New', '{"all": []}', null)`,
  segments: () => `insert into app_public.segments (name, filter) values ('New', '{"all": []}')`,
  contact_fields: () => `insert into app_public.contact_fields (key, type) values ('shoe_size', 'number')`,
  message_prices: () =>
    `insert into app_public.message_prices (prefix, category, price, currency) values ('49', 'utility', 0.05, 'EUR')`,
  tags: () => `insert into app_public.tags (name) values ('New')`,
  groups: () => `insert into app_public.groups (name) values ('New')`,
  teams: () => `insert into app_public.teams (name) values ('New')`,
  team_members: ({ teamId, people }) =>
    `insert into app_public.team_members (team_id, user_id) values ('${teamId}', '${people.agent.userId}')`,
  retention_rules: () =>
    "insert into app_public.retention_rules (subject, action, after) values ('runs', 'delete', '1 day')",
  closing_rules: ({ channelId }) =>
    `insert into app_public.closing_rules (channel_id) values ('${channelId}')`,
  consent_keywords: () =>
    `insert into app_public.consent_keywords (keyword, category, is_opt_in) values ('new', 'all', false)`,
  consents: ({ strangerId }) =>
    `insert into app_public.consents (contact_id, category, is_opt_in) values ('${strangerId}', 'all', true)`,
  conversions: ({ strangerId }) =>
    `insert into app_public.conversions (contact_id, event_name) values ('${strangerId}', 'Purchase')`,
  contact_tags: ({ strangerId, tagId }) =>
    `insert into app_public.contact_tags (contact_id, tag_id) values ('${strangerId}', '${tagId}')`,
  group_contacts: ({ strangerId, groupId }) =>
    `insert into app_public.group_contacts (contact_id, group_id) values ('${strangerId}', '${groupId}')`,
  data_sources: () =>
    `insert into app_public.data_sources (name, base_url) values ('New', 'https://new.example.com')`,
  data_source_connections: ({ dataSourceId }) =>
    `insert into app_public.data_source_connections (data_source_id, name) values ('${dataSourceId}', 'New')`,
  whatsapp_flows: () =>
    `insert into app_public.whatsapp_flows (whatsapp_flow_id, name) values ('4712', 'New')`,
  messages: ({ conversationId }) =>
    `insert into app_public.messages (conversation_id, type, content) values ('${conversationId}', 'text', '{"body": "Hi"}')`,
};
