import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type GraphQLSchema, isEnumType } from "postgraphile/graphql";
import { buildSchema } from "../../src/graphql/schema/build_schema.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { aPerson, aWorkspace, type Person } from "../support/people.ts";
import { type Api, startApi } from "./support/api.ts";

const COUNT = 11;

let database: TestDatabase;
let api: Api;
let schema: GraphQLSchema;
let agent: Person;
let channelId: string;
let chatbotId: string;
let groupId: string;

before(async () => {
  database = await createTestDatabase();
  api = await startApi(database);
  const built = await buildSchema({
    pool: database.pool,
    sessions: { signIn: unused, refresh: unused, acceptInvitation: unused, changePassword: unused },
    keyRing: { current: "", keys: new Map() },
    calls: { limitMs: 0, begin: () => unused },
    statementTimeoutMs: 0,
  });
  schema = built.schema;
  await built.release();
  const workspace = await aWorkspace(database.pool);
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
    [workspace.tenantId, channelId, groupId, COUNT],
  );
});
after(async () => {
  await api.close();
  await database.drop();
});

/** Reads a connection to its end, four rows a page. */
async function allOf(
  connection: (args: string) => string,
  path: string[],
  orderBy: string,
): Promise<string[]> {
  const seen: string[] = [];
  let cursor: string | null = null;
  for (let page = 0; page <= COUNT; page += 1) {
    const { data, errors } = await api.ask(
      agent,
      `query ($after: Cursor) { ${connection(`(first: 4, after: $after, orderBy: ${orderBy})`)} }`,
      { after: cursor },
    );
    assert.deepEqual(errors, [], orderBy);
    const { nodes, pageInfo } = path.reduce((value, key) => value[key], data);
    seen.push(...nodes.map(({ nodeId }: { nodeId: string }) => nodeId));
    if (!pageInfo.hasNextPage) return seen;
    cursor = pageInfo.endCursor;
  }
  throw new Error(`${orderBy}: the pages have no end`);
}

const ROWS = "{ nodes { nodeId } pageInfo { hasNextPage endCursor } }";

/** Connections whose tables have keys of several columns, and how to reach them. */
const CONNECTIONS: { name: string; orders: string; path: string[]; query: (args: string) => string }[] = [
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
];

for (const { name, orders, path, query } of CONNECTIONS)
  test(`the pages of ${name} show every row once, in each order there is`, async () => {
    const type = schema.getType(orders);
    assert.ok(isEnumType(type) && type.getValues().length >= 4, orders);
    for (const { name: orderBy } of type.getValues()) {
      const seen = await allOf(query, path, orderBy);
      assert.equal(seen.length, COUNT, orderBy);
      assert.equal(new Set(seen).size, COUNT, orderBy);
    }
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
  return name.endsWith("y") ? `${name.slice(0, -1)}ies` : `${name}s`;
}

async function unused(): Promise<never> {
  throw new Error("a schema that is only read does nothing");
}
