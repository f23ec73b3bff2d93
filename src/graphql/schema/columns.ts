import "postgraphile";

/** Columns worth filtering by although no index helps: a tenant's own rows are scanned, within the statement timeout. */
const SEARCHABLE: Readonly<Record<string, readonly string[]>> = {
  canned_replies: ["shortcut", "title", "language"],
  channels: ["kind", "status"],
  chatbots: ["status"],
  contacts: ["name", "phone", "email", "profile_name", "username", "status"],
  conversations: ["unread_count", "assignee_id", "last_message_at"],
  memberships: ["role", "is_active"],
  mentions: ["read_at"],
  templates: ["language", "category"],
  users: ["email", "name"],
};

/**
 * PostGraphile does not see the indexes of partitioned tables. These columns may be filtered by; rows are ordered by
 * their ids, which grow with time.
 */
const PARTITIONED: Readonly<Record<string, readonly string[]>> = {
  messages: ["id", "conversation_id", "direction", "author", "type", "origin"],
  message_statuses: [],
  webhook_events: ["id", "channel_id", "event_type", "status"],
};

/** Hidden columns: callers see only one tenant; how identities are compared, files and messages are found and waiting is computed is internal. */
const HIDDEN: readonly string[] = ["tenant_id", "match_key", "sha256", "message_hash", "closed_through_id"];

/** Decides which columns are exposed, and which of them can be used in filters and orders. */
export const Columns: GraphileConfig.Plugin = {
  name: "ParleyColumns",
  version: "1.0.0",
  schema: {
    entityBehavior: {
      pgCodecAttribute: {
        override: {
          provides: ["ParleyColumns"],
          callback(behavior, [codec, column], build) {
            const table = codec.extensions?.pg?.name ?? "";
            if (HIDDEN.includes(column)) return [behavior, "-*"];
            const isNullable = !codec.attributes[column]?.notNull;
            // Of the rows of a view, pages have no order that is unique.
            const hasKey = build.pgTableResource(codec)?.uniques.length !== 0;
            const filterable = PARTITIONED[table];
            if (filterable)
              return [
                behavior,
                filterable.includes(column) ? "filterBy" : "-filterBy",
                column === "id" ? "orderBy" : "-orderBy",
              ];
            return [
              behavior,
              ...(SEARCHABLE[table]?.includes(column) ? (["filterBy"] as const) : []),
              // PostGraphile 5.1 loses rows between pages that are ordered by what may be null.
              ...(isNullable || !hasKey ? (["-orderBy"] as const) : []),
            ];
          },
        },
      },
    },
  },
};
