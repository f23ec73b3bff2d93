import type pg from "pg";
import type { Scope } from "../../../src/graphql/auth/scope.ts";
import {
  type ApiKey,
  aConversation,
  anApiKey,
  aPerson,
  aWorkspace,
  digits,
  type Person,
  type Role,
} from "../../support/people.ts";
import { type Caller, isRole } from "./rights.ts";

type Queryable = Pick<pg.ClientBase, "query">;

/** A tenant that has at least one row in every table, and people of every role. */
export type FurnishedTenant = {
  tenantId: string;
  people: Record<Role, Person>;
  /** With one scope each. */
  keys: Record<Scope, ApiKey>;
  /** A member with whom nobody else in the tests has to do. */
  colleague: Person;
  channelId: string;
  conversationId: string;
  /** It is assigned to no one. */
  freeConversationId: string;
  messageId: string;
  scheduledMessageId: string;
  mediaId: string;
  /** A contact without a conversation. */
  strangerId: string;
  conversionId: string;
  chatbotId: string;
  versionId: string;
  tagId: string;
  groupId: string;
  teamId: string;
  dataSourceId: string;
  /** Templates: a draft, a rejected one and a paused one. */
  draftId: string;
  rejectedId: string;
  pausedId: string;
  campaignId: string;
  /** It has no channel, variant or recipient. */
  freeCampaignId: string;
  /** Of a dry run that is completed. */
  importId: string;
  runningImportId: string;
  runningCampaignId: string;
  pausedCampaignId: string;
};

/** The member or the API key that a caller stands for. */
export function callerOf({ people, keys }: FurnishedTenant, caller: Caller): Person | ApiKey {
  return isRole(caller) ? people[caller] : keys[caller.slice(0, -" key".length) as Scope];
}

export async function aFurnishedTenant(db: Queryable): Promise<FurnishedTenant> {
  const workspace = await aWorkspace(db);
  const { tenantId, channelId } = workspace;
  const person = (role: Role) => aPerson(db, tenantId, role);
  const people = {
    owner: await person("owner"),
    admin: await person("admin"),
    agent: await person("agent"),
    viewer: await person("viewer"),
  };
  const key = (scope: Scope) => anApiKey(db, tenantId, [scope]);
  const keys = {
    read: await key("read"),
    send: await key("send"),
    manage_contacts: await key("manage_contacts"),
    manage_all: await key("manage_all"),
  };
  const colleague = await person("agent");
  const { conversationId } = await aConversation(db, workspace);
  const id = async (sql: string, values: unknown[]) => (await db.query(sql, values)).rows[0].id as string;

  await db.query("update app_public.conversations set assignee_id = $2 where id = $1", [
    conversationId,
    people.viewer.userId,
  ]);
  const messageId = await id(
    `insert into app_public.messages (conversation_id, type, content) values ($1, 'text', '{"body": "Hello"}') returning id`,
    [conversationId],
  );
  await db.query(
    "insert into app_private.provider_ids (hash, message_id) values (app_private.provider_id_hash($1, 'wamid.1'), $2)",
    [channelId, messageId],
  );
  await db.query(
    `insert into app_public.messages (conversation_id, direction, author, type, content)
     values ($1, 'inbound', 'contact', 'reaction', '{"message_id": "wamid.1", "emoji": "👍"}')`,
    [conversationId],
  );
  await db.query("insert into app_public.messages (conversation_id, type, content) values ($1, 'note', $2)", [
    conversationId,
    { body: "Please call", mentions: [colleague.userId] },
  ]);
  await db.query(
    "insert into app_public.canned_replies (tenant_id, shortcut, title, content) values ($1, 'hi', 'Greeting', $2)",
    [tenantId, { body: "Hello {{contact.name|there}}" }],
  );
  const scheduledMessageId = await id(
    "insert into app_public.scheduled_messages (conversation_id, content, send_at) values ($1, $2, now() + interval '1 day') returning id",
    [conversationId, { body: "Happy new year" }],
  );
  const strangerId = await id(
    "insert into app_public.contacts (tenant_id, phone) values ($1, $2) returning id",
    [tenantId, `+1555${digits(7)}`],
  );
  await db.query(
    `insert into app_public.templates (tenant_id, business_account_id, name, language, status)
     values ($1, $2, 'hello', 'en_US', 'unknown')`,
    [tenantId, workspace.businessAccountId],
  );
  const template = (status: string) =>
    id(
      `insert into app_public.templates
         (tenant_id, business_account_id, name, language, category, status, provider_template_id, components)
       values ($1, $2, $3::text, 'en_US', 'utility', $3::app_public.template_status, nullif($3::text, 'draft'),
         '[{"type": "BODY", "text": "Your order is ready."}]')
       returning id`,
      [tenantId, workspace.businessAccountId, status],
    );
  const draftId = await template("draft");
  const rejectedId = await template("rejected");
  const pausedId = await template("paused");
  await db.query(
    `insert into app_public.template_changes (template_id, kind, state, ended_at) values ($1, 'unpause', 'done', now())`,
    [pausedId],
  );
  const mediaId = await id(
    `insert into app_public.media (tenant_id, type, channel_id) values ($1, 'image', $2) returning id`,
    [tenantId, channelId],
  );
  await db.query(
    `insert into app_private.provider_media (tenant_id, media_id, channel_id, provider_media_id, expires_at)
     values ($1, $2, $3, '71', now() + interval '7 days')`,
    [tenantId, mediaId, channelId],
  );
  const chatbotId = await id(
    "insert into app_public.chatbots (tenant_id, name) values ($1, 'Bot') returning id",
    [tenantId],
  );
  const versionId = await id("select id from app_private.publish_chatbot($1)", [chatbotId]);
  await db.query(
    `insert into app_public.conversation_contexts (tenant_id, conversation_id, chatbot_id, version_id, waiting, expires_at)
     values ($1, $2, $3, $4, '{"kind": "answer", "timer": {"kind": "session_expiry"}}', now() + interval '1 day')`,
    [tenantId, conversationId, chatbotId, versionId],
  );
  await db.query(
    `insert into app_private.chatbot_activity (tenant_id, version_id, steps)
     values ($1, $2, '[{"kind": "passed", "node": "start-1", "exit": "", "bucket": 0}, {"kind": "ended", "node": "completed", "exit": "completed", "bucket": 3}]')`,
    [tenantId, versionId],
  );
  await db.query(
    "insert into app_public.webhook_events (tenant_id, channel_id, body) values ($1, $2, 'words')",
    [tenantId, channelId],
  );
  const tagId = await id(
    "insert into app_public.tags (tenant_id, name) values ($1, 'Regular') returning id",
    [tenantId],
  );
  const groupId = await id(
    "insert into app_public.groups (tenant_id, name) values ($1, 'Newsletter') returning id",
    [tenantId],
  );
  // Of all members: without a user.
  await db.query(
    `insert into app_public.views (tenant_id, name, filter) values ($1, 'Open', '{"field": "status", "is": "open"}')`,
    [tenantId],
  );
  await db.query(
    "insert into app_public.segments (tenant_id, name, filter) values ($1, 'All', '{\"all\": []}')",
    [tenantId],
  );
  const { contactId, conversationId: freeConversationId } = await aConversation(db, workspace);
  await db.query(
    `insert into app_public.presences (tenant_id, conversation_id, user_id, state, expires_at)
     values ($1, $2, $3, 'viewing', now() + interval '1 day')`,
    [tenantId, conversationId, colleague.userId],
  );
  await db.query("insert into app_public.contact_tags (tenant_id, contact_id, tag_id) values ($1, $2, $3)", [
    tenantId,
    contactId,
    tagId,
  ]);
  await db.query(
    "insert into app_public.group_contacts (tenant_id, group_id, contact_id) values ($1, $2, $3)",
    [tenantId, groupId, contactId],
  );
  await db.query(
    `with consent as (
       insert into app_public.consents (contact_id, category, is_opt_in) values ($2, 'marketing', true)
     )
     insert into app_public.consent_keywords (tenant_id, keyword, category, is_opt_in) values ($1, 'stop', 'all', false)`,
    [tenantId, contactId],
  );
  await db.query(
    "insert into app_public.contact_fields (tenant_id, key, type, choices) values ($1, 'plan', 'choice', '{Gold}')",
    [tenantId],
  );
  await db.query(
    `insert into app_public.contact_attributions (tenant_id, contact_id, channel_id, message_id, referral, occurred_at)
     values ($1, $2, $3, $4, '{}', now())`,
    [tenantId, contactId, channelId, messageId],
  );
  const conversionId = await id(
    "insert into app_public.conversions (contact_id, event_name) values ($1, 'Purchase') returning id",
    [contactId],
  );
  await db.query(
    "insert into app_public.contact_blocks (tenant_id, contact_id, channel_id, is_blocked) values ($1, $2, $3, true)",
    [tenantId, contactId, channelId],
  );
  const teamId = await id(
    "insert into app_public.teams (tenant_id, name) values ($1, 'Sales') returning id",
    [tenantId],
  );
  await db.query(
    `with member as (insert into app_public.team_members (tenant_id, team_id, user_id) values ($1, $2, $3))
     insert into app_public.closing_rules (tenant_id, team_id) values ($1, $2)`,
    [tenantId, teamId, colleague.userId],
  );
  const dataSourceId = await id(
    "insert into app_public.data_sources (tenant_id, name, base_url) values ($1, 'Shop', 'https://shop.example.com') returning id",
    [tenantId],
  );
  await db.query(
    "insert into app_public.data_source_connections (tenant_id, data_source_id, name) values ($1, $2, 'Brands')",
    [tenantId, dataSourceId],
  );
  await db.query(
    "insert into app_public.whatsapp_flows (tenant_id, whatsapp_flow_id, name) values ($1, '4711', 'A form')",
    [tenantId],
  );
  const campaignId = await id(
    `insert into app_public.campaigns (tenant_id, name, text, audience)
     values ($1, 'Spring', 'Hello', '{"field": "group", "is": "Newsletter"}') returning id`,
    [tenantId],
  );
  const campaignThatIs = (status: string) =>
    id(
      `insert into app_public.campaigns (tenant_id, name, text, audience, status)
       values ($1, $2::text, 'Hello', '{"field": "group", "is": "Newsletter"}', $2::text::app_public.campaign_status) returning id`,
      [tenantId, status],
    );
  const freeCampaignId = await id(
    "insert into app_public.campaigns (tenant_id, name) values ($1, 'Autumn') returning id",
    [tenantId],
  );
  await db.query("insert into app_public.campaign_variants (campaign_id, name) values ($1, 'A')", [
    campaignId,
  ]);
  await db.query("insert into app_public.campaign_channels (campaign_id, channel_id) values ($1, $2)", [
    campaignId,
    channelId,
  ]);
  await db.query(
    `insert into app_public.campaign_recipients (tenant_id, campaign_id, contact_id, channel_id) values ($1, $2, $3, $4)`,
    [tenantId, campaignId, contactId, channelId],
  );
  await db.query(
    "insert into app_public.message_prices (tenant_id, category, price, currency) values ($1, 'marketing', 0.1, 'EUR')",
    [tenantId],
  );
  await db.query("select from app_private.invite($1, 'new@example.com', 'New', 'agent', $2)", [
    tenantId,
    people.admin.userId,
  ]);
  await db.query(
    "insert into app_public.google_accounts (tenant_id, user_id, has_refresh_token) values ($1, $2, false)",
    [tenantId, colleague.userId],
  );
  await db.query(
    `with erasure as (insert into app_public.erasures (tenant_id) values ($1)),
     rule as (
       insert into app_public.retention_rules (tenant_id, subject, action, after) values ($1, 'media', 'delete', '1 day')
     ),
     run as (
       insert into app_public.retention_runs (tenant_id, subject, action, due_until, row_count)
       values ($1, 'media', 'delete', now(), 1)
     ),
     field as (
       insert into app_public.contact_fields (tenant_id, key, type, is_sensitive) values ($1, 'iban', 'text', true)
       returning id
     ),
     value as (
       insert into app_public.contact_sensitive_values (tenant_id, contact_id, field_id, value)
       select $1, v.contact_id, field.id, '"DE1"' from app_public.conversations v, field where v.id = $2
     )
     insert into app_public.message_archives (id, tenant_id, conversation_id, message_count, messages)
     values (app_hidden.uuid_v7(), $1, $2, 1, jsonb_build_array(jsonb_build_object('id', app_hidden.uuid_v7())))`,
    [tenantId, conversationId],
  );
  const anImport = (status: string) =>
    id(
      `with import as (
         insert into app_public.imports (tenant_id, status, is_dry_run, encoding, delimiter, header, columns)
         values ($1, $2, true, 'utf-8', ',', '{Phone}', '{phone}') returning id
       )
       insert into app_public.import_rows (tenant_id, import_id, row_number, cells) select $1, id, 2, '{1}' from import
       returning import_id as id`,
      [tenantId, status],
    );
  const importId = await anImport("completed");
  const runningImportId = await anImport("running");
  return {
    tenantId,
    people,
    keys,
    colleague,
    channelId,
    conversationId,
    freeConversationId,
    messageId,
    scheduledMessageId,
    mediaId,
    strangerId,
    conversionId,
    chatbotId,
    versionId,
    tagId,
    groupId,
    teamId,
    dataSourceId,
    draftId,
    rejectedId,
    pausedId,
    campaignId,
    freeCampaignId,
    importId,
    runningImportId,
    runningCampaignId: await campaignThatIs("running"),
    pausedCampaignId: await campaignThatIs("paused"),
  };
}
