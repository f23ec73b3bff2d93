import { pgSmartTags } from "postgraphile/utils";

/** Behaviour of tables. What is not listed at the root is reached through the rows it belongs to. */
const TABLES: Record<string, string> = {
  // createApiKey() and revokeApiKey() are the way.
  api_keys: "-insert -update -delete",
  chatbot_versions: "-query:resource:list -query:resource:connection",
  campaign_channels:
    "-query:resource:list -query:resource:connection +nodeId:resource:update +nodeId:resource:delete",
  campaign_recipients: "-query:resource:list -query:resource:connection",
  campaign_variants: "-query:resource:list -query:resource:connection",
  contact_identities: "-query:resource:list -query:resource:connection",
  conversation_contexts: "-query:resource:list -query:resource:connection",
  // archivedMessages shows what is in its blocks.
  message_archives: "-*",
  media_limits: "-query:resource:list -query:resource:connection",
  import_rows: "-query:resource:list -query:resource:connection",
  message_statuses: "-query:resource:list -query:resource:connection",
  contact_tags: "-query:resource:list -query:resource:connection +nodeId:resource:delete",
  group_contacts: "-query:resource:list -query:resource:connection +nodeId:resource:delete",
  team_members: "-query:resource:list -query:resource:connection +nodeId:resource:delete",
  media: "-query:resource:list -query:resource:connection",
  tenants: "-query:resource:list -query:resource:connection",
  presences: "-query:resource:list -query:resource:connection",
  // Their key is the tenant and the id of another row, so they are changed by nodeId.
  conversation_participants: "-query:resource:list -query:resource:connection +nodeId:resource:delete",
  memberships: "+nodeId:resource:update +nodeId:resource:delete",
  // sendMessage is the way, with its idempotency key.
  messages: "-insert",
  template_changes: "-query:resource:list -query:resource:connection",
  message_changes: "-query:resource:list -query:resource:connection -single",
};

/** Foreign keys whose columns do not say well what the two sides are to each other. */
const RELATIONS: readonly { table: string; column: string; tags: Record<string, string> }[] = [
  {
    table: "conversation_participants",
    column: "conversation_id",
    tags: { foreignFieldName: "participants" },
  },
  {
    table: "conversation_participants",
    column: "user_id",
    tags: { fieldName: "membership", foreignFieldName: "participations" },
  },
  {
    table: "campaigns",
    column: "created_by_id",
    tags: {
      fieldName: "createdBy",
      behavior: "-manyRelation:resource:connection -manyRelation:resource:list",
    },
  },
  {
    table: "campaigns",
    column: "approved_by_id",
    tags: {
      fieldName: "approvedBy",
      behavior: "-manyRelation:resource:connection -manyRelation:resource:list",
    },
  },
  {
    table: "campaign_variants",
    column: "campaign_id",
    // An index begins with it, without the tenant. The same applies to recipients.
    tags: { foreignFieldName: "variants", behavior: "+manyRelation:resource:connection" },
  },
  { table: "campaign_channels", column: "campaign_id", tags: { foreignFieldName: "channels" } },
  {
    table: "campaign_channels",
    column: "channel_id",
    tags: { behavior: "-manyRelation:resource:connection -manyRelation:resource:list" },
  },
  {
    table: "campaign_recipients",
    column: "campaign_id",
    tags: { foreignFieldName: "recipients", behavior: "+manyRelation:resource:connection" },
  },
  {
    table: "campaign_recipients",
    column: "contact_id",
    tags: { behavior: "+manyRelation:resource:connection" },
  },
  {
    table: "campaign_recipients",
    column: "variant_id",
    tags: { fieldName: "variant", foreignFieldName: "recipients" },
  },
  { table: "team_members", column: "team_id", tags: { foreignFieldName: "members" } },
  {
    table: "team_members",
    column: "user_id",
    tags: { fieldName: "membership", foreignFieldName: "teamMemberships" },
  },
  {
    table: "conversations",
    column: "previous_assignee_id",
    tags: {
      fieldName: "previousAssignee",
      behavior: "-manyRelation:resource:connection -manyRelation:resource:list",
    },
  },
  {
    table: "contact_sensitive_values",
    column: "field_id",
    tags: { behavior: "-manyRelation:resource:connection -manyRelation:resource:list" },
  },
  {
    table: "erasures",
    column: "requested_by_id",
    tags: { behavior: "-manyRelation:resource:connection -manyRelation:resource:list" },
  },
  {
    table: "template_changes",
    column: "requested_by_id",
    tags: { behavior: "-manyRelation:resource:connection -manyRelation:resource:list" },
  },
  { table: "template_changes", column: "template_id", tags: { foreignFieldName: "changes" } },
  {
    table: "views",
    column: "user_id",
    tags: {
      fieldName: "membership",
      behavior: "-manyRelation:resource:connection -manyRelation:resource:list",
    },
  },
  {
    table: "invitations",
    column: "invited_by_id",
    tags: { behavior: "-manyRelation:resource:connection -manyRelation:resource:list" },
  },
  {
    table: "api_keys",
    column: "created_by_id",
    tags: { behavior: "-manyRelation:resource:connection -manyRelation:resource:list" },
  },
  {
    table: "media",
    column: "channel_id",
    tags: { behavior: "-manyRelation:resource:connection -manyRelation:resource:list" },
  },
  {
    table: "canned_replies",
    column: "user_id",
    tags: { fieldName: "membership", foreignFieldName: "cannedReplies" },
  },
  {
    table: "canned_replies",
    column: "media_id",
    tags: { behavior: "-manyRelation:resource:connection -manyRelation:resource:list" },
  },
  {
    table: "mentions",
    column: "user_id",
    tags: { fieldName: "membership", foreignFieldName: "mentions" },
  },
  {
    table: "presences",
    column: "user_id",
    tags: {
      fieldName: "membership",
      behavior: "-manyRelation:resource:connection -manyRelation:resource:list",
    },
  },
  {
    table: "scheduled_messages",
    column: "media_id",
    tags: { behavior: "-manyRelation:resource:connection -manyRelation:resource:list" },
  },
  {
    table: "scheduled_messages",
    column: "user_id",
    tags: { behavior: "-manyRelation:resource:connection -manyRelation:resource:list" },
  },
  { table: "google_accounts", column: "user_id", tags: { fieldName: "membership" } },
  { table: "views", column: "user_id", tags: { fieldName: "membership", foreignFieldName: "views" } },
  {
    table: "channels",
    column: "kind",
    tags: {
      fieldName: "kindCapabilities",
      behavior: "-manyRelation:resource:connection -manyRelation:resource:list",
    },
  },
  {
    table: "media_limits",
    column: "kind",
    tags: { fieldName: "kindCapabilities", foreignFieldName: "mediaLimits" },
  },
  {
    table: "whatsapp_channels",
    column: "kind",
    tags: { fieldName: "channel", foreignFieldName: "whatsapp" },
  },
  {
    table: "contact_identities",
    column: "contact_id",
    tags: { foreignFieldName: "identities" },
  },
  {
    table: "import_rows",
    column: "import_id",
    // The primary key is an index on it, without the tenant.
    tags: { foreignFieldName: "rows", behavior: "+manyRelation:resource:connection" },
  },
  { table: "chatbot_versions", column: "chatbot_id", tags: { foreignFieldName: "versions" } },
  { table: "chatbots", column: "active_version_id", tags: { foreignFieldName: "activeIn" } },
  {
    table: "conversation_contexts",
    column: "version_id",
    tags: { foreignFieldName: "conversationContexts" },
  },
];

/** Mutations of many objects. */
const BULK_MUTATIONS = [
  "add_contacts_to_group",
  "assign_conversations",
  "close_conversations",
  "mark_conversations_read",
  "remove_contacts_from_group",
  "reopen_conversations",
  "snooze_conversations",
  "tag_contacts",
  "untag_contacts",
];

/** What the catalog cannot say about how the schema should look. */
export const Tags: GraphileConfig.Plugin = pgSmartTags([
  // The table has the better claim to the name MessageStatus.
  { kind: "type", match: "app_public.message_status", tags: { name: "delivery_status" } },
  ...Object.entries({
    sign_out: "signedOut",
    end_presence: "ended",
    end_session: "ended",
    end_other_sessions: "endedSessions",
    mark_mentions_read: "mentions",
    sync_templates: "accounts",
    ...Object.fromEntries(BULK_MUTATIONS.map((name) => [name, "outcomes"])),
  }).map(([name, resultFieldName]) => ({
    kind: "procedure" as const,
    match: `app_public.${name}`,
    tags: { resultFieldName },
  })),

  // In GraphQL, lists with cursors: searches.ts.
  ...["search_contacts", "search_messages"].map((name) => ({
    kind: "procedure" as const,
    match: `app_public.${name}`,
    tags: { behavior: "-queryField" },
  })),

  ...Object.entries(TABLES).map(([table, behavior]) => ({
    kind: "class" as const,
    match: `app_public.${table}`,
    tags: { behavior },
  })),
  // What the database keeps together without a foreign key.
  {
    kind: "class",
    match: "app_public.message_statuses",
    tags: {
      foreignKey: "(message_id) references app_public.messages (id)|@backwardBehavior -single|@isNotEnforced",
    },
  },
  ...(
    [
      ["messages", "campaign_id", "campaigns"],
      ["campaign_recipients", "message_id", "messages"],
      ["campaign_recipients", "channel_id", "channels"],
    ] as const
  ).map(([table, column, other]) => ({
    kind: "class" as const,
    match: `app_public.${table}`,
    tags: {
      foreignKey: `(${column}) references app_public.${other} (id)|@isNotEnforced|@behavior -manyRelation:resource:connection -manyRelation:resource:list -singularRelation:resource:single:backward`,
    },
  })),
  {
    kind: "class",
    match: "app_public.scheduled_messages",
    tags: {
      foreignKey:
        "(message_id) references app_public.messages (id)|@isNotEnforced|@behavior -manyRelation:resource:connection -manyRelation:resource:list -singularRelation:resource:single:backward",
    },
  },
  {
    kind: "class",
    match: "app_public.mentions",
    tags: { foreignKey: "(message_id) references app_public.messages (id)|@isNotEnforced" },
  },
  {
    kind: "class",
    match: "app_public.conversations",
    tags: {
      foreignKey:
        "(last_message_id) references app_public.messages (id)|@isNotEnforced|@fieldName lastMessage|@behavior -manyRelation:resource:connection -manyRelation:resource:list -singularRelation:resource:single:backward",
    },
  },
  // Handoffs are kept when their team and their users are deleted.
  {
    kind: "class",
    match: "app_public.handoffs",
    tags: {
      foreignKey: [
        ["team_id", "teams", "team"],
        ["first_response_team_id", "teams", "firstResponseTeam"],
        ["assignee_id", "users", "assignee"],
        ["first_response_user_id", "users", "firstResponseUser"],
        ["resolved_by_id", "users", "resolvedBy"],
      ].map(
        ([column, table, field]) =>
          `(${column}) references app_public.${table} (id)|@fieldName ${field}|@behavior -manyRelation:resource:connection -manyRelation:resource:list`,
      ),
    },
  },
  // The enum has the better claim to the name ChannelKind.
  { kind: "class", match: "app_public.channel_kinds", tags: { name: "channel_kind_capabilities" } },
  // Relay has the better claim to the name DataSourceConnection.
  { kind: "class", match: "app_public.data_source_connections", tags: { name: "data_source_call" } },
  // It only ties the row to a channel of its kind.
  { kind: "attribute", match: "app_public.whatsapp_channels.kind", tags: { behavior: "-*" } },
  // Filled in by a trigger when it is not given.
  { kind: "attribute", match: "app_public.conversations.channel_id", tags: { hasDefault: true } },

  // One way to a row: its id. That (tenant_id, id) is unique too is our affair.
  {
    kind: "constraint",
    match: ({ contype }) => contype === "u",
    tags: { behavior: "-single -constraint:resource:update -constraint:resource:delete" },
  },
  // Keys that are made of the tenant and something else: through relations, or by nodeId.
  {
    kind: "constraint",
    match: ({ contype, conkey }) => contype === "p" && (conkey?.length ?? 0) > 1,
    tags: { behavior: "-single -constraint:resource:update -constraint:resource:delete" },
  },
  {
    kind: "constraint",
    match: (constraint) =>
      constraint.contype === "f" &&
      constraint.getForeignClass()?.relname === "tenants" &&
      constraint.getClass()?.relname !== "memberships",
    tags: { behavior: "-single -list -connection -manyRelation:resource:connection" },
  },
  ...RELATIONS.map(({ table, column, tags }) => ({
    kind: "constraint" as const,
    match: (constraint: {
      contype: string;
      getClass(): { relname: string } | undefined;
      getAttributes(): { attname: string }[] | undefined;
    }) =>
      constraint.contype === "f" &&
      constraint.getClass()?.relname === table &&
      constraint.getAttributes()?.at(-1)?.attname === column,
    tags,
  })),
]);
