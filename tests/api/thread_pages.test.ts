import assert from "node:assert/strict";
import { after, before, type TestContext, test } from "node:test";
import pg from "pg";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import {
  aConversation,
  aPerson,
  aWorkspace,
  become,
  type Person,
  type Workspace,
} from "../support/people.ts";
import { type Api, startApi } from "./support/api.ts";

const PAGE = 50;
const LONG_THREAD = 5_000;

let database: TestDatabase;
let api: Api;
let workspace: Workspace;
let agent: Person;
let conversationId: string;

before(async () => {
  database = await createTestDatabase();
  api = await startApi(database);
  workspace = await aWorkspace(database.pool);
  agent = await aPerson(database.pool, workspace.tenantId, "agent");
  conversationId = (await aConversation(database.pool, workspace)).conversationId;
  await fill();
});
after(async () => {
  await api.close();
  await database.drop();
});

/** One conversation that is far longer than the others, which belong to many tenants; all over four partitions. */
async function fill(): Promise<void> {
  const client = await database.pool.connect();
  const message = `'inbound', 'contact', 'text', '{"body": "Hello"}', 'history', 'Hello'`;
  const idAt = (seconds: string) =>
    `app_hidden.uuid_v7_floor(date_trunc('month', now()) - interval '10 days' + make_interval(secs => ${seconds}))`;
  const insert =
    "insert into app_public.messages (id, tenant_id, conversation_id, direction, author, type, content, origin, preview)";
  try {
    // Without triggers, which is much faster.
    await client.query("set session_replication_role = replica");
    await client.query(
      `with tenant as (
         insert into app_public.tenants (slug, name) select 'other-' || i, 'Other' from generate_series(1, 60) i returning id
       ), conversation as (
         insert into app_public.conversations (tenant_id, channel_id, contact_id)
         select id, gen_random_uuid(), gen_random_uuid() from tenant, generate_series(1, 10)
         returning id, tenant_id
       )
       ${insert}
       select ${idAt("80000 * i + row_number() over (order by c.id)")}, c.tenant_id, c.id, ${message}
       from conversation c, generate_series(1, 100) i`,
    );
    await client.query(
      `${insert} select ${idAt("1600 * i + 0.5")}, $1, $2, ${message} from generate_series(1, $3::int) i`,
      [workspace.tenantId, conversationId, LONG_THREAD],
    );
    await client.query("reset session_replication_role");
    await client.query("analyze");
  } finally {
    client.release();
  }
}

type Page = { nodes: { id: string }[]; pageInfo: { startCursor: string; endCursor: string } };

/** A page of the long conversation, and the statement that read it. */
async function readPage(t: TestContext, args: string, cursor: string | null = null) {
  const { mock } = t.mock.method(pg.Client.prototype, "query");
  const declared = args.includes("$cursor") ? ", $cursor: Cursor" : "";
  const { data, errors } = await api.ask(
    agent,
    `query ($id: UUID!${declared}) { conversation(id: $id) { messages(${args}) {
       nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }`,
    { id: conversationId, cursor },
  );
  assert.deepEqual(errors, []);
  const statements = mock.calls
    .map(({ arguments: [query] }) => query as unknown as { text?: string; values?: string[] })
    .filter(({ text }) => text?.includes('"app_public"."messages"'));
  mock.restore();
  assert.equal(statements.length, 1);
  return { page: data.conversation.messages as Page, statement: statements[0] as pg.QueryConfig<string[]> };
}

type Plan = { "Node Type": string; "Relation Name"?: string; "Actual Rows": number; Plans?: Plan[] };

/** How Postgres runs the statement for the agent. */
async function planOf({ text, values = [] }: pg.QueryConfig<string[]>): Promise<Plan[]> {
  const client = await database.pool.connect();
  try {
    await client.query("begin");
    await become(client, agent);
    // A connection makes one plan and keeps it.
    await client.query("set local plan_cache_mode = force_generic_plan");
    await client.query(`prepare thread_page as ${text}`);
    const { rows } = await client.query(
      `explain (analyze, format json) execute thread_page (${values.map((value) => client.escapeLiteral(value))})`,
    );
    const nodesOf = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];
    return nodesOf(rows[0]["QUERY PLAN"][0].Plan);
  } finally {
    await client.query("rollback");
    await client.query("deallocate all");
    client.release();
  }
}

test("a page of a long conversation reads its rows from the partitions' indexes, and no others", async (t) => {
  const { page: first, statement: fromStart } = await readPage(t, `first: ${PAGE}`);
  const { page: last, statement: fromEnd } = await readPage(t, `last: ${PAGE}`);
  const { startCursor, endCursor } = { ...last.pageInfo, endCursor: first.pageInfo.endCursor };
  const pages = {
    "from the beginning": fromStart,
    "from the end": fromEnd,
    "after a cursor": (await readPage(t, `first: ${PAGE}, after: $cursor`, endCursor)).statement,
    "before a cursor": (await readPage(t, `last: ${PAGE}, before: $cursor`, startCursor)).statement,
    "newest first": (await readPage(t, `first: ${PAGE}, orderBy: ID_DESC`)).statement,
  };
  for (const [name, statement] of Object.entries(pages)) {
    const nodes = await planOf(statement);
    const plan = JSON.stringify(nodes, null, 1);
    assert.ok(!nodes.some((node) => node["Node Type"] === "Sort"), `${name}: ${plan}`);
    const read = nodes
      .filter((node) => node["Relation Name"]?.startsWith("messages_"))
      .reduce((sum, node) => sum + node["Actual Rows"], 0);
    assert.equal(read, PAGE + 1, `${name}: ${plan}`);
  }
});
