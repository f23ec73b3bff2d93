import type pg from "pg";
import type { Change, LiveEvent } from "./change.ts";

type Kind = {
  event: LiveEvent;
  /** The table in which the scope of the ids has to be looked up. Otherwise the scope of a row is its own id. */
  scopeOf?: ScopedTable;
  /** Of deleted rows. */
  typeName?: string;
};

/** Of rows that a subscription may be restricted to by another id than their own: the columns that have that id. */
const SCOPES = {
  messages: "conversation_id",
  mentions: "user_id",
} as const;
type ScopedTable = keyof typeof SCOPES;

/**
 * The kinds of ids that app_private.notify_change() sends, in the order in which the changes of one commit are published: a
 * message before its status, and both before their conversation. Deletions come first, because a message may be deleted and
 * inserted again with its content, under the same id.
 */
const KINDS = {
  deleted_messages: { event: "objectDeleted", typeName: "Message" },
  deleted_conversations: { event: "objectDeleted", typeName: "Conversation" },
  deleted_contacts: { event: "objectDeleted", typeName: "Contact" },
  deleted_tags: { event: "objectDeleted", typeName: "Tag" },
  deleted_channels: { event: "objectDeleted", typeName: "Channel" },
  deleted_templates: { event: "objectDeleted", typeName: "Template" },
  deleted_campaigns: { event: "objectDeleted", typeName: "Campaign" },
  channels: { event: "channelChanged" },
  tags: { event: "tagChanged" },
  contacts: { event: "contactChanged" },
  imports: { event: "importChanged" },
  templates: { event: "templateChanged" },
  campaigns: { event: "campaignChanged" },
  messages: { event: "messageAdded", scopeOf: "messages" },
  changed_messages: { event: "messageChanged", scopeOf: "messages" },
  statuses: { event: "messageStatusChanged", scopeOf: "messages" },
  mentions: { event: "mentionChanged", scopeOf: "mentions" },
  conversations: { event: "conversationChanged" },
  // Of conversations.
  presences: { event: "presenceChanged" },
} as const satisfies Record<string, Kind>;

export type NoticeKind = keyof typeof KINDS;

/** The kinds of ids that are reported as these events. */
export function kindsOf(...events: LiveEvent[]): NoticeKind[] {
  return NOTICE_KINDS.filter((kind) => events.includes(KINDS[kind].event));
}

/** The GraphQL type of the rows whose deletion a kind reports; undefined for other kinds. */
export function deletedTypeOf(kind: NoticeKind): string | undefined {
  const { typeName }: Kind = KINDS[kind];
  return typeName;
}

export const NOTICE_KINDS = Object.keys(KINDS) as NoticeKind[];

type NoticedIds = ReadonlyMap<NoticeKind, ReadonlySet<string>>;

/** The changes of a commit, in their order. */
export async function changesOf(tenantId: string, ids: NoticedIds, client: pg.Client): Promise<Change[]> {
  const scopes = {
    messages: await scopesIn("messages", tenantId, ids, client),
    mentions: await scopesIn("mentions", tenantId, ids, client),
  } satisfies Record<ScopedTable, unknown>;
  return NOTICE_KINDS.flatMap((kind) => {
    const { event, scopeOf, typeName }: Kind = KINDS[kind];
    return [...idsOf(kind, ids, scopes.messages)].flatMap((id): Change[] => {
      const scopeId = scopeOf ? scopes[scopeOf].get(id) : id;
      return scopeId === undefined ? [] : [{ event, tenantId, scopeId, id, ...(typeName && { typeName }) }];
    });
  });
}

/** A new message also changes its conversation; no separate notification is sent for that. */
function idsOf(
  kind: NoticeKind,
  ids: NoticedIds,
  conversationOf: ReadonlyMap<string, string>,
): ReadonlySet<string> {
  const own = ids.get(kind) ?? new Set<string>();
  if (kind !== "conversations") return own;
  const ofMessages = [...(ids.get("messages") ?? [])].map((id) => conversationOf.get(id));
  return new Set([...own, ...ofMessages.filter((id) => id !== undefined)]);
}

/** At most this many ids are looked up in one query. */
const LOOK_UP = 10_000;

/** The scopes of all ids of a table, by id. */
async function scopesIn(
  table: ScopedTable,
  tenantId: string,
  ids: NoticedIds,
  client: pg.Client,
): Promise<ReadonlyMap<string, string>> {
  const kinds = NOTICE_KINDS.filter((kind) => (KINDS[kind] as Kind).scopeOf === table);
  const sorted = kinds.flatMap((kind) => [...(ids.get(kind) ?? [])]).toSorted();
  const found = new Map<string, string>();
  for (let at = 0; at < sorted.length; at += LOOK_UP) {
    const part = sorted.slice(at, at + LOOK_UP);
    const { rows } = await client.query<{ id: string; scope_id: string }>({
      name: `scopes of ${table}`,
      // The bounds let Postgres prune partitions.
      text: `select r.id, r.${SCOPES[table]} as scope_id
             from app_public.${table} r
             where r.tenant_id = $1 and r.id = any($2) and r.id between $3 and $4`,
      values: [tenantId, part, part[0], part.at(-1)],
    });
    for (const row of rows) found.set(row.id, row.scope_id);
  }
  return found;
}
