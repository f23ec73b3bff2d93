import assert from "node:assert/strict";
import { before, test } from "node:test";
import type { TestDatabase } from "../support/database.ts";
import { aPerson, aWorkspace, type Person, type Workspace } from "../support/people.ts";
import { type Api, borrowApi } from "./support/api.ts";

let database: TestDatabase;
let api: Api;
let workspace: Workspace;
let agent: Person;
const COUNT = 230;

before(async () => {
  ({ database, api } = await borrowApi());
  workspace = await aWorkspace(database.pool);
  agent = await aPerson(database.pool, workspace.tenantId, "agent");
  // Every tenth conversation has no message yet; several share an instant.
  await database.pool.query(
    `with contact as (
       insert into app_public.contacts (tenant_id, name, phone)
       select $1, 'Customer ' || i, '+1555' || (1000000 + i) from generate_series(1, $3::int) i
       returning id, name
     )
     insert into app_public.conversations (tenant_id, channel_id, contact_id, last_message_at, unread_count)
     select $1, $2, id,
       case when n % 10 <> 0 then timestamptz '2026-01-01 00:00:00+00' + make_interval(mins => n / 3) end, n % 2
     from contact, lateral (select substr(name, 10)::int) _ (n)`,
    [workspace.tenantId, workspace.channelId, COUNT],
  );
});

const idsOf = (nodes: { id: string }[]) => nodes.map(({ id }) => id);

test("a page has 50 rows by default, or as many as `first` or `last` says", async () => {
  const length = async (given: object) =>
    (
      await api.ask(
        agent,
        "query ($first: Int, $last: Int) { conversations(first: $first, last: $last) { nodes { id } } }",
        given,
      )
    ).data.conversations.nodes.length;
  assert.equal(
    (await api.ask(agent, "{ conversations { nodes { id } } }")).data.conversations.nodes.length,
    50,
  );
  assert.equal(await length({}), 50);
  assert.equal(await length({ first: null, last: null }), 50);
  for (const count of [0, 7, 100]) {
    assert.equal(await length({ first: count }), count);
    assert.equal(await length({ last: count }), count);
  }
});

for (const orderBy of [
  "LAST_ACTIVITY_AT_DESC",
  "LAST_ACTIVITY_AT_ASC",
  "PRIMARY_KEY_DESC",
  "[LAST_ACTIVITY_AT_DESC, ID_DESC]",
])
  test(`pages by cursor in the order ${orderBy} show every row once`, async () => {
    const seen: string[] = [];
    const times: string[] = [];
    let after: string | null = null;
    for (let page = 0; page < 10; page += 1) {
      const answer = await api.ask(
        agent,
        `query ($after: Cursor) { conversations(first: 37, after: $after, orderBy: ${orderBy}) {
           totalCount pageInfo { hasNextPage endCursor } nodes { id lastActivityAt } } }`,
        { after },
      );
      assert.deepEqual(answer.errors, []);
      const { nodes, pageInfo, totalCount } = answer.data.conversations;
      assert.equal(totalCount, COUNT);
      seen.push(...idsOf(nodes));
      times.push(...nodes.map((node: { lastActivityAt: string }) => node.lastActivityAt));
      after = pageInfo.endCursor;
      if (!pageInfo.hasNextPage) break;
    }
    assert.equal(seen.length, COUNT);
    assert.equal(new Set(seen).size, COUNT);
    if (orderBy.includes("LAST_ACTIVITY_AT_DESC")) {
      assert.deepEqual(times, times.toSorted().reverse());
    }
  });

test("filters: equality, lists, ranges, text, and, or, not", async () => {
  const count = async (filter: object) =>
    (
      await api.ask(
        agent,
        "query ($filter: ConversationFilter) { conversations(filter: $filter) { totalCount } }",
        { filter },
      )
    ).data.conversations.totalCount;
  assert.equal(await count({ unreadCount: { greaterThan: 0 } }), COUNT / 2);
  assert.equal(await count({ lastMessageAt: { isNull: true } }), COUNT / 10);
  assert.equal(await count({ status: { in: ["closed", "archived"] } }), 0);
  assert.equal(await count({ not: { status: { equalTo: "open" } } }), 0);
  assert.equal(
    await count({ or: [{ unreadCount: { equalTo: 0 } }, { unreadCount: { equalTo: 1 } }] }),
    COUNT,
  );
  assert.equal(await count({ channelId: { equalTo: workspace.channelId } }), COUNT);
  assert.equal(await count({}), COUNT);

  const named = async (filter: object) =>
    idsOf(
      (
        await api.ask(
          agent,
          "query ($filter: ContactFilter) { contacts(filter: $filter) { nodes { id name } } }",
          { filter },
        )
      ).data.contacts.nodes,
    ).length;
  assert.equal(await named({ name: { includesInsensitive: "CUSTOMER 22" } }), 11);
  assert.equal(await named({ phone: { equalTo: "+15551000007" } }), 1);
  assert.equal(await named({ name: { includesInsensitive: "100%" } }), 0, "a percent sign is a percent sign");
});

test("columns without an index cannot be ordered by, and filters have no joins", async () => {
  for (const [list, order] of [
    ["messages", "PREVIEW_ASC"],
    ["conversations", "METADATA_ASC"],
    ["conversations", "LAST_MESSAGE_AT_ASC"],
    ["conversations", "NATURAL"],
  ])
    assert.equal((await api.ask(agent, `{ ${list}(orderBy: ${order}) { nodes { id } } }`)).code, "PYREQ");
  for (const filter of [
    '{ contact: { name: { equalTo: "x" } } }',
    "{ isWindowOpen: { equalTo: true } }",
    "{ tenantId: { isNull: true } }",
  ])
    assert.equal(
      (await api.ask(agent, `{ conversations(filter: ${filter}) { nodes { id } } }`)).code,
      "PYREQ",
      filter,
    );
  for (const args of ["offset: 5", "condition: {}"])
    assert.equal((await api.ask(agent, `{ conversations(${args}) { nodes { id } } }`)).code, "PYREQ", args);
});

test("an invalid cursor is refused with an error that says so", async () => {
  for (const cursor of [
    "x",
    "",
    "W10=",
    Buffer.from('["natural",5]').toString("base64"),
    Buffer.from('["0","x"]').toString("base64"),
  ]) {
    const answer = await api.ask(
      agent,
      "query ($after: Cursor) { conversations(after: $after) { nodes { id } } }",
      { after: cursor },
    );
    assert.ok(["PYREQ", "PYCON"].includes(answer.code!), `${cursor}: ${answer.text}`);
  }
});

test("the inbox reads an index backwards instead of sorting", async () => {
  const client = await database.pool.connect();
  try {
    await client.query("begin");
    // Whatever the planner thinks of so few rows: can it do without a sort?
    await client.query(
      "set local enable_seqscan = off; set local enable_bitmapscan = off; set local enable_sort = off",
    );
    await client.query(
      "select set_config('role', 'parley_visitor', true), set_config('parley.user_id', $1, true), set_config('parley.session_id', $2, true)",
      [agent.userId, agent.sessionId],
    );
    const { rows } = await client.query(
      "explain select id from app_public.conversations order by last_activity_at desc, id desc limit 20",
    );
    const plan = rows.map((row) => row["QUERY PLAN"]).join("\n");
    assert.ok(!plan.includes("Sort"), plan);
  } finally {
    await client.query("rollback");
    client.release();
  }
});
