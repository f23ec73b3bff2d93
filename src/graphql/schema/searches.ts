import "postgraphile";
import {
  LIST_TYPES,
  loadOneWithPgClient,
  type PgSelectSingleStep,
  type PgSelectStep,
  TYPES,
} from "postgraphile/@dataplan/pg";
import { sql } from "postgraphile/@dataplan/pg/pg-sql2";
import { access, lambda, type Maybe, type Step } from "postgraphile/grafast";
import { extendSchema, gql } from "postgraphile/utils";
import { ParleyError } from "../../base/errors.ts";
import { firstOf } from "./page_size.ts";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The lists that can be searched. */
type Table = "contacts" | "messages";

/** The arguments of a search, as GraphQL passes them. */
type Search = {
  query: string;
  conversationId?: Maybe<string>;
  since?: Maybe<string>;
  until?: Maybe<string>;
  first?: Maybe<number>;
  after?: Maybe<string>;
};

/** A page of ids, in the order of the page. */
type Found = {
  ids: readonly string[];
  next_before: string | null;
  complete_until?: string | null;
  after: Maybe<string>;
};

const STATEMENTS: Record<Table, (search: Search) => { text: string; values: unknown[] }> = {
  messages: ({ query, conversationId, since, until, first, after }) => ({
    text: `select message_ids as ids, next_before, to_json(complete_until) #>> '{}' as complete_until
           from app_hidden.find_messages($1, $2, $3, $4, $5, $6)`,
    values: [query, conversationId, since, until, after, firstOf({ first })],
  }),
  contacts: ({ query, first, after }) => ({
    text: "select contact_ids as ids, next_before from app_hidden.find_contacts($1, $2, $3)",
    values: [query, after, firstOf({ first })],
  }),
};

/**
 * Searches for messages and contacts. The database finds the ids of a page in one call; the rows are read after that, with
 * the rights of the caller. A cursor is an id: by row numbers the database would find all earlier pages again.
 */
export const Searches: GraphileConfig.Plugin = extendSchema((build) => {
  const { pgResources } = build.input.pgRegistry;

  const search = (table: Table) => (_$root: Step, args: { getRaw(): Step }) =>
    loadOneWithPgClient(pgResources[table]!.executor, args.getRaw() as Step<Search>, (client, searches) =>
      Promise.all(
        searches.map(async (given): Promise<Found> => {
          if (given.after != null && !UUID.test(given.after))
            throw new ParleyError("PYREQ", "`after` must be a cursor that the search has returned");
          const { rows } = await client.query<Omit<Found, "after">>(STATEMENTS[table](given));
          return { ...rows[0]!, after: given.after };
        }),
      ),
    );

  const rows = (table: Table) => ($found: Step) => {
    const $rows = (pgResources[table] as { find(): PgSelectStep }).find();
    const $$ids = $rows.placeholder(access($found, "ids"), LIST_TYPES.uuid);
    const { alias } = $rows;
    $rows.where(sql`${alias}.id = any (${$$ids})`);
    // Bounds let Postgres prune partitions.
    if (table === "messages")
      $rows.where(sql`${alias}.id between (${$$ids})[cardinality(${$$ids})] and (${$$ids})[1]`);
    $rows.orderBy({
      fragment: sql`array_position(${$$ids}, ${alias}.id)`,
      codec: TYPES.int,
      direction: "ASC",
    });
    return $rows;
  };

  const page = (table: Table) => ({
    plans: {
      nodes: rows(table),
      edges: rows(table),
      pageInfo: ($found: Step) =>
        lambda($found as Step<Found>, ({ ids, next_before, after }) => ({
          hasNextPage: next_before != null,
          hasPreviousPage: after != null,
          startCursor: ids[0] ?? null,
          endCursor: next_before ?? ids.at(-1) ?? null,
        })),
      ...(table === "messages" && { completeUntil: ($found: Step) => access($found, "complete_until") }),
    },
  });

  const edge = {
    plans: {
      cursor: ($row: PgSelectSingleStep) => $row.get("id"),
      node: ($row: Step) => $row,
    },
  };

  return {
    typeDefs: gql`
      extend type Query {
        """
        Messages that contain all words of a query, newest first. A word is found in upper or lower case, with or without
        accents, and also as the beginning of a longer word, except in quotation marks. PYREQ: the query has more than 200
        characters or 32 words.
        """
        searchMessages(
          "At most 200 characters. Punctuation has no meaning, except for quotation marks."
          query: String!
          "Only in this conversation."
          conversationId: UUID
          "Only messages from this time on."
          since: Datetime
          "Only messages before this time."
          until: Datetime
          "The length of the page; at most 100. Defaults to 50. A page may be shorter, or empty, and still have a next one."
          first: Int
          "Only messages after (below) this cursor."
          after: Cursor
        ): FoundMessages
        """
        Contacts whose names, user name, e-mail address, external reference or phone number contain all words of a query,
        newest first. Words are found as by searchMessages, a phone number as people write it, and by its last four or more
        digits. PYREQ: the query has more than 200 characters or 32 words.
        """
        searchContacts(
          "At most 200 characters. Punctuation has no meaning, except for quotation marks."
          query: String!
          "The length of the page; at most 100. Defaults to 50."
          first: Int
          "Only contacts after (below) this cursor."
          after: Cursor
        ): FoundContacts
      }

      "A page of messages that a search has found."
      type FoundMessages {
        nodes: [Message!]!
        edges: [FoundMessagesEdge!]!
        "Continue while hasNextPage is true: a search reads a bounded number of messages for each page."
        pageInfo: PageInfo!
        """
        Messages that were stored until then were searched: now, unless the indexing of very many messages is delayed. Null if
        none is indexed yet.
        """
        completeUntil: Datetime
      }

      "A message that a search has found, and its cursor."
      type FoundMessagesEdge {
        cursor: Cursor!
        node: Message!
      }

      "A page of contacts that a search has found."
      type FoundContacts {
        nodes: [Contact!]!
        edges: [FoundContactsEdge!]!
        pageInfo: PageInfo!
      }

      "A contact that a search has found, and its cursor."
      type FoundContactsEdge {
        cursor: Cursor!
        node: Contact!
      }
    `,
    objects: {
      Query: { plans: { searchMessages: search("messages"), searchContacts: search("contacts") } },
      FoundMessages: page("messages"),
      FoundMessagesEdge: edge,
      FoundContacts: page("contacts"),
      FoundContactsEdge: edge,
    },
  };
}, "ParleySearches");
