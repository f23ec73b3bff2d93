import assert from "node:assert/strict";
import { before, test } from "node:test";
import { type GraphQLSchema, getNamedType, isEnumType, isObjectType } from "postgraphile/graphql";
import { buildSchema } from "../../src/graphql/schema/build_schema.ts";
import type { TestDatabase } from "../support/database.ts";
import { aConversation, aPerson, aWorkspace, type Person } from "../support/people.ts";
import { type Api, borrowApi } from "./support/api.ts";

const COUNT = 11;

let database: TestDatabase;
let api: Api;
let schema: GraphQLSchema;
let agent: Person;
let channelId: string;
let chatbotId: string;
let groupId: string;
let conversationId: string;
let tenantId: string;

/** Of the messages: of several partitions, two at one instant. */
const TIMES = [
  ...["2025-12-31", "2026-01-02", "2026-01-02", "2026-02-28", "2026-03-01", "2026-04-01"],
  ...["2026-05-01", "now", "now", "now", "now"],
];

before(async () => {
  ({ database, api } = await borrowApi());
  const built = await buildSchema({
    pool: database.pool,
    accounts: {
      sessions: {
        signIn: unused,
        switchTenant: unused,
        refresh: unused,
        acceptInvitation: unused,
        changePassword: unused,
      },
      passwordResets: { request: unused, reset: unused },
      totp: { start: unused, confirm: unused, remove: unused },
    },
    keyRing: { current: "", keys: new Map() },
    mediaAddresses: { sign: () => "" },
    calls: { limitMs: 0, begin: () => unused },
    statementTimeoutMs: 0,
  });
  schema = built.schema;
  await built.release();
  const workspace = await aWorkspace(database.pool);
  tenantId = workspace.tenantId;
  channelId = workspace.channelId;
  agent = await aPerson(database.pool, workspace.tenantId, "admin");
  const id = async (sql: string, values: unknown[]) =>
    (await database.pool.query(sql, values)).rows[0].id as string;
  groupId = await id("insert into app_public.groups (tenant_id, name) values ($1, 'Regulars') returning id", [
    workspace.tenantId,
  ]);
  chatbotId = await id("insert into app_public.chatbots (tenant_id, name) values ($1, 'Bot') returning id", [
    workspace.tenantId,
  ]);
  for (let version = 0; version < COUNT; version += 1)
    await database.pool.query("select app_private.publish_chatbot($1)", [chatbotId]);
  await database.pool.query(
    `with contact as (
       insert into app_public.contacts (tenant_id, phone) select $1, '+1555' || (1000000 + i) from generate_series(1, $4::int) i
       returning id
     ), conversation as (
       insert into app_public.conversations (tenant_id, channel_id, contact_id) select $1, $2, id from contact
     )
     insert into app_public.group_contacts (tenant_id, group_id, contact_id) select $1, $3, id from contact`,
    [workspace.tenantId, channelId, groupId, COUNT - 1],
  );
  const thread = await aConversation(database.pool, workspace);
  conversationId = thread.conversationId;
  await database.pool.query(
    "insert into app_public.group_contacts (tenant_id, group_id, contact_id) values ($1, $2, $3)",
    [tenantId, groupId, thread.contactId],
  );
  await sayMessages(conversationId, TIMES);
});

type Page = {
  nodes: { nodeId: string }[];
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string; endCursor: string };
};
type Connection = { name: string; orders: string; path: string[]; query: (args: string) => string };

const ROWS = "{ nodes { nodeId } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }";

/** Connections whose tables have keys of several columns, and how to reach them. */
const CONNECTIONS: Connection[] = [
  {
    name: "conversations",
    orders: "ConversationOrderBy",
    path: ["conversations"],
    query: (args) => `conversations${args} ${ROWS}`,
  },
  {
    name: "channel.conversations",
    orders: "ConversationOrderBy",
    path: ["channel", "conversations"],
    query: (args) => `channel(id: "${channelId}") { conversations${args} ${ROWS} }`,
  },
  {
    name: "chatbot.versions",
    orders: "ChatbotVersionOrderBy",
    path: ["chatbot", "versions"],
    query: (args) => `chatbot(id: "${chatbotId}") { versions${args} ${ROWS} }`,
  },
  {
    name: "group.groupContacts",
    orders: "GroupContactOrderBy",
    path: ["group", "groupContacts"],
    query: (args) => `group(id: "${groupId}") { groupContacts${args} ${ROWS} }`,
  },
  {
    name: "conversation.messages",
    orders: "MessageOrderBy",
    path: ["conversation", "messages"],
    query: (args) => `conversation(id: "${conversationId}") { messages${args} ${ROWS} }`,
  },
];

async function pageOf(
  { query, path }: Connection,
  args: string,
  cursor: string | null = null,
): Promise<Page> {
  const declared = args.includes("$cursor") ? "query ($cursor: Cursor)" : "query";
  const { data, errors } = await api.ask(agent, `${declared} { ${query(`(${args})`)} }`, { cursor });
  assert.deepEqual(errors, [], args);
  return path.reduce((value, key) => value[key], data);
}

/** Reads a connection to its end, or from its end to its beginning, and checks what each page says of its neighbours. */
async function walk(
  connection: Connection,
  direction: "forward" | "backward",
  { orderBy, size, afterPage }: { orderBy: string; size: number; afterPage?: () => Promise<void> },
): Promise<string[]> {
  const isForward = direction === "forward";
  const [count, edge] = isForward ? ["first", "after"] : ["last", "before"];
  const args = `${count}: ${size}, ${edge}: $cursor, orderBy: ${orderBy}`;
  const seen: string[] = [];
  let cursor: string | null = null;
  for (let page = 0; page <= 3 * COUNT; page += 1) {
    const { nodes, pageInfo } = await pageOf(connection, args, cursor);
    const ids = nodes.map(({ nodeId }) => nodeId);
    assert.equal(isForward ? pageInfo.hasPreviousPage : pageInfo.hasNextPage, page > 0, args);
    if (isForward) seen.push(...ids);
    else seen.unshift(...ids);
    if (!(isForward ? pageInfo.hasNextPage : pageInfo.hasPreviousPage)) return seen;
    cursor = isForward ? pageInfo.endCursor : pageInfo.startCursor;
    await afterPage?.();
  }
  throw new Error(`${orderBy}: the pages have no end`);
}

function ordersOf({ orders }: Connection): string[] {
  const type = schema.getType(orders);
  assert.ok(isEnumType(type) && type.getValues().length >= 2, orders);
  return type.getValues().map(({ name }) => name);
}

for (const connection of CONNECTIONS)
  test(`the pages of ${connection.name} show every row once, in each order and both directions`, async () => {
    for (const orderBy of ordersOf(connection))
      for (const size of [4, COUNT]) {
        const forward = await walk(connection, "forward", { orderBy, size });
        assert.equal(forward.length, COUNT, orderBy);
        assert.equal(new Set(forward).size, COUNT, orderBy);
        assert.deepEqual(await walk(connection, "backward", { orderBy, size }), forward, orderBy);
      }
  });

test("rows that are inserted during a walk hide none of those that were there", async () => {
  const connection = CONNECTIONS.find(({ name }) => name === "conversation.messages")!;
  for (const direction of ["forward", "backward"] as const) {
    const before = await walk(connection, "forward", { orderBy: "PRIMARY_KEY_ASC", size: 100 });
    const seen = await walk(connection, direction, {
      orderBy: "PRIMARY_KEY_ASC",
      size: 3,
      // One at each end, and one among those that were there.
      afterPage: async () => void (await sayMessages(conversationId, ["2026-01-01", "2026-03-01", "now"])),
    });
    assert.equal(new Set(seen).size, seen.length);
    const after = await walk(connection, "forward", { orderBy: "PRIMARY_KEY_ASC", size: 100 });
    assert.deepEqual(
      seen,
      after.filter((id) => seen.includes(id)),
      "in reading order",
    );
    assert.deepEqual(
      before.filter((id) => seen.includes(id)),
      before,
      "without gaps",
    );
    await database.pool.query("delete from app_public.messages where conversation_id = $1", [conversationId]);
    await sayMessages(conversationId, TIMES);
  }
});

test("two cursors enclose a page, counted from either end", async () => {
  const connection = CONNECTIONS[0]!;
  const all = await walk(connection, "forward", { orderBy: "PRIMARY_KEY_ASC", size: 100 });
  const { pageInfo: start } = await pageOf(connection, "first: 3");
  const { pageInfo: end } = await pageOf(connection, "last: 3");
  const between = `after: "${start.endCursor}", before: "${end.startCursor}"`;
  const shown = async (args: string) => {
    const { nodes, pageInfo } = await pageOf(connection, `${args}, ${between}`);
    const { hasNextPage, hasPreviousPage } = pageInfo;
    return { ids: nodes.map(({ nodeId }) => nodeId), hasNextPage, hasPreviousPage };
  };
  assert.deepEqual(await shown("first: 5"), {
    ids: all.slice(3, 8),
    hasNextPage: false,
    hasPreviousPage: true,
  });
  assert.deepEqual(await shown("first: 2"), {
    ids: all.slice(3, 5),
    hasNextPage: true,
    hasPreviousPage: true,
  });
  assert.deepEqual(await shown("last: 5"), {
    ids: all.slice(3, 8),
    hasNextPage: true,
    hasPreviousPage: false,
  });
  assert.deepEqual(await shown("last: 2"), {
    ids: all.slice(6, 8),
    hasNextPage: true,
    hasPreviousPage: true,
  });
});

test("a page that is none, or larger than the maximum, is refused and named", async () => {
  const refusals = {
    "first: 1001": ["PYLIM", "`first` of `contacts` must be at most 1000"],
    "last: 1001": ["PYLIM", "`last` of `contacts` must be at most 1000"],
    "first: 5000": ["PYLIM", "`first` of `contacts` must be at most 1000"],
    "first: -1": ["PYREQ", "`first` of `contacts` must not be negative"],
    "last: -1": ["PYREQ", "`last` of `contacts` must not be negative"],
    "first: 1, last: 1": ["PYREQ", "`first` and `last` of `contacts` cannot be given together"],
  };
  for (const [args, [code, message]] of Object.entries(refusals)) {
    const [name, value] = args.split(": ") as [string, string];
    const asked = [[`{ contacts(${args}) { totalCount } }`, {}]] as [string, object][];
    if (!args.includes(","))
      asked.push([`query ($n: Int) { contacts(${name}: $n) { totalCount } }`, { n: Number(value) }]);
    for (const [query, variables] of asked) {
      const answer = await api.ask(agent, query, variables);
      assert.equal(answer.status, 400);
      assert.deepEqual([answer.code, answer.errors[0]?.message], [code, message]);
    }
  }
});

/** Its order is the function's. */
const IN_ONE_DIRECTION = ["deletedContacts"];

test("every connection of rows with a key is paged in both directions, and none by offset", () => {
  const isRow = (connection: string) => {
    const row = schema.getType(connection.replace(/Connection$/, ""));
    return isObjectType(row) && row.getInterfaces().some(({ name }) => name === "Node");
  };
  let count = 0;
  for (const type of Object.values(schema.getTypeMap()))
    if (isObjectType(type))
      for (const field of Object.values(type.getFields())) {
        const args = field.args.map(({ name }) => name);
        if (!args.includes("first")) continue;
        assert.ok(args.includes("after") && !args.includes("offset"), field.name);
        if (IN_ONE_DIRECTION.includes(field.name)) continue;
        for (const backwards of ["last", "before", "orderBy"])
          assert.equal(args.includes(backwards), isRow(getNamedType(field.type).name), field.name);
        count += 1;
      }
  assert.ok(count > 20, `${count} connections`);
});

test("no order of any table counts as unique by columns that are not a key", async () => {
  const { rows } = await database.pool.query(
    `select x.conrelid::regclass::text as table,
       array(select a.attname::text from unnest(x.conkey) k join pg_attribute a on a.attrelid = x.conrelid and a.attnum = k) as columns
     from pg_constraint x
     where x.contype in ('p', 'u') and x.connamespace = 'app_public'::regnamespace`,
  );
  const keys = Map.groupBy(rows, ({ table }) => table.replace("app_public.", ""));
  let looked = 0;
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isEnumType(type) || !type.name.endsWith("OrderBy")) continue;
    const table = tableOf(type.name.replace("OrderBy", ""));
    assert.ok(keys.has(table), `${type.name}: no table ${table}`);
    for (const { name, extensions } of type.getValues()) {
      const columns: string[] = [];
      let isUnique = false;
      // biome-ignore lint/suspicious/noExplicitAny: grafast's own types say no more of it
      (extensions as any).grafast.apply({
        orderBy: ({ attribute }: { attribute: string }) => columns.push(attribute),
        setOrderIsUnique: () => {
          isUnique = true;
        },
      });
      const isKey = keys
        .get(table)!
        .some((key) => key.columns.every((column: string) => columns.includes(column)));
      assert.equal(isUnique, isKey, `${type.name}.${name}`);
      looked += 1;
    }
  }
  assert.ok(looked > 100, `${looked} orders`);
});

function tableOf(type: string): string {
  if (type === "DataSourceCall") return "data_source_connections";
  if (type === "ChannelKindCapability") return "channel_kinds";
  const name = type.replace(/(?!^)[A-Z]/g, "_$&").toLowerCase();
  return /[^aeiou]y$/.test(name) ? `${name.slice(0, -1)}ies` : `${name}s`;
}

async function unused(): Promise<never> {
  throw new Error("a schema that is only read does nothing");
}

/** Stores messages whose places in the conversation are these times, in a random order within one. */
async function sayMessages(conversation: string, times: string[]): Promise<void> {
  await database.pool.query(
    `insert into app_public.messages (id, tenant_id, conversation_id, direction, author, type, content, origin)
     select (left(app_hidden.uuid_v7_floor(at)::text, 19) || substr(gen_random_uuid()::text, 20))::uuid,
       $1, $2, 'inbound', 'contact', 'text', '{"body": "Hello"}', 'history'
     from unnest($3::timestamptz[]) at`,
    [tenantId, conversation, times],
  );
}
