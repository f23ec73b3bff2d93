import "postgraphile";
import { LIST_TYPES, loadOneWithPgClient, type PgSelectStep } from "postgraphile/@dataplan/pg";
import { sql } from "postgraphile/@dataplan/pg/pg-sql2";
import { access, context, lambda, list, type Step } from "postgraphile/grafast";
import { extendSchema, gql } from "postgraphile/utils";
import type { Visitor } from "../auth/visitor.ts";
import type { MostOf } from "../limits/count_objects.ts";
import { deletedTypeOf, kindsOf, NOTICE_KINDS } from "../live/notice_kinds.ts";

/** Of app_hidden.changes_since(): the most objects of a kind in a page. */
const PAGE = 100;

/** A page of app_hidden.changes_since(). The keys of `ids` are kinds of app_private.notify_change(). */
type Page = { cursor: string; has_more: boolean; ids: Readonly<Record<string, readonly string[]>> };

/** The fields of a page that are rows, and the kinds of their ids. */
export const CHANGED_KINDS = {
  messages: kindsOf("messageAdded", "messageChanged", "messageStatusChanged"),
  mentions: kindsOf("mentionChanged"),
  conversations: [...kindsOf("conversationChanged"), "conversations_of_messages"],
  contacts: kindsOf("contactChanged"),
  imports: kindsOf("importChanged"),
  templates: kindsOf("templateChanged"),
  campaigns: kindsOf("campaignChanged"),
  tags: kindsOf("tagChanged"),
  channels: kindsOf("channelChanged"),
} as const;

/**
 * What a client missed while it was away. The page says which rows have changed, from one snapshot of the database; the
 * rows themselves are read after that, as they are then, with the rights of the caller.
 */
const ChangesSinceFields: GraphileConfig.Plugin = extendSchema((build) => {
  const { pgResources } = build.input.pgRegistry;

  const rows = (table: keyof typeof CHANGED_KINDS) => ($page: Step) => {
    const $ids = lambda($page as Step<Page>, ({ ids }) =>
      sorted(CHANGED_KINDS[table].flatMap((kind) => ids[kind] ?? [])),
    );
    const $rows = (pgResources[table] as { find(): PgSelectStep }).find();
    const $$ids = $rows.placeholder($ids, LIST_TYPES.uuid);
    // The bounds let Postgres prune partitions.
    const bounds = sql`${$rows.alias}.id between (${$$ids})[1] and (${$$ids})[cardinality(${$$ids})]`;
    $rows.where(sql`${$rows.alias}.id = any (${$$ids}) and ${bounds}`);
    $rows.orderBy({ attribute: "id", direction: "ASC" });
    return $rows;
  };

  return {
    typeDefs: gql`
      extend type Query {
        """
        What has changed since a cursor: a page of up to 100 objects, as they are now. Repeat with the new cursor while
        hasMore is true. Nothing is skipped; something may be returned again. The first cursor is changeCursor. PYOLD: the
        cursor is more than two days old, or the database was restored. Load everything again, from a new changeCursor.
        """
        changesSince(
          "A changeCursor, or the cursor of the previous page."
          cursor: String!
        ): Changes
      }

      "A page of changes."
      type Changes {
        "Messages that are new, have another status or show something new, in reading order."
        messages: [Message!]!
        "Conversations that are new or have changed, or have a new or changed message."
        conversations: [Conversation!]!
        "Contacts that are new or have changed, or were tagged or untagged."
        contacts: [Contact!]!
        "Imports that are new, have gone on or have ended."
        imports: [Import!]!
        "Templates that are new or have changed."
        templates: [Template!]!
        "Campaigns that are new or have changed, or whose figures have."
        campaigns: [Campaign!]!
        "Mentions that are new or were read."
        mentions: [Mention!]!
        "Tags that are new or have changed."
        tags: [Tag!]!
        "Channels that are new or have changed."
        channels: [Channel!]!
        "What was deleted: remove it first, because a message may be deleted and stored again under the same id."
        deleted: [DeletedObject!]!
        "For the next page or, if there is none, the next time."
        cursor: String!
        "Whether there are further changes."
        hasMore: Boolean!
      }
    `,
    objects: {
      Query: {
        plans: {
          changesSince: (_$root: Step, args: { getRaw(name: string): Step }) =>
            loadOneWithPgClient(
              pgResources.messages!.executor,
              args.getRaw("cursor") as Step<string>,
              async (client, cursors) =>
                Promise.all(
                  cursors.map(async (cursor) => {
                    const { rows } = await client.query<{ page: Page }>({
                      text: "select app_hidden.changes_since($1) as page",
                      values: [cursor],
                    });
                    return rows[0]!.page;
                  }),
                ),
            ),
        },
      },
      Changes: {
        plans: {
          messages: rows("messages"),
          conversations: rows("conversations"),
          contacts: rows("contacts"),
          imports: rows("imports"),
          templates: rows("templates"),
          campaigns: rows("campaigns"),
          mentions: rows("mentions"),
          tags: rows("tags"),
          channels: rows("channels"),
          deleted: ($page: Step) =>
            lambda(list([$page as Step<Page>, context().get("visitor")]), ([page, visitor]) =>
              deletedIn(page as Page, (visitor as Visitor | null)?.tenantId),
            ),
          cursor: ($page: Step) => access($page, "cursor"),
          hasMore: ($page: Step) => access($page, "has_more"),
        },
      },
    },
  };
}, "ParleyChangesSinceFields");

/** A message is also a change of its conversation, so both lists may be as long as the page. */
const mostOfPage: MostOf = (countOf) => {
  const { messages, conversations, ...others } = Object.fromEntries(
    [...Object.keys(CHANGED_KINDS), "deleted"].map((field) => [field, countOf(field)]),
  );
  return Math.max(messages! + conversations!, ...Object.values(others));
};

/** Says how long the lists of a page are, for the limit of objects. */
const ChangesSinceLimits: GraphileConfig.Plugin = {
  name: "ParleyChangesSinceLimits",
  version: "1.0.0",
  schema: {
    hooks: {
      GraphQLObjectType: (type) =>
        type.name === "Changes" ? { ...type, extensions: { ...type.extensions, mostOf: mostOfPage } } : type,

      GraphQLObjectType_fields_field(field, _build, { Self, scope: { fieldName } }) {
        if (Self.name !== "Changes" || !(Object.hasOwn(CHANGED_KINDS, fieldName) || fieldName === "deleted"))
          return field;
        return { ...field, extensions: { ...field.extensions, longestList: PAGE } };
      },
    },
  },
};

export const ChangesSince: readonly GraphileConfig.Plugin[] = [ChangesSinceFields, ChangesSinceLimits];

function sorted(ids: readonly string[]): string[] {
  return [...new Set(ids)].sort();
}

/** As the events of deletions, which the fields of DeletedObject read. */
function deletedIn({ ids }: Page, tenantId: string | undefined) {
  return NOTICE_KINDS.flatMap((kind) => {
    const typeName = deletedTypeOf(kind);
    return typeName ? (ids[kind] ?? []).map((id) => ({ id, typeName, tenantId })) : [];
  });
}
