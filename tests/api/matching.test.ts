import assert from "node:assert/strict";
import { before, test } from "node:test";
import type { TestDatabase } from "../support/database.ts";
import {
  aConversation,
  aPerson,
  aWorkspace,
  type Person,
  type Thread,
  type Workspace,
} from "../support/people.ts";
import { type Api, borrowApi } from "./support/api.ts";

let database: TestDatabase;
let api: Api;
let workspace: Workspace;
let agent: Person;
const threads: Thread[] = [];

before(async () => {
  ({ database, api } = await borrowApi());
  workspace = await aWorkspace(database.pool);
  agent = await aPerson(database.pool, workspace.tenantId, "agent");
  for (let i = 0; i < 5; i++) threads.push(await aConversation(database.pool, workspace));
  await database.pool.query(
    `with tag as (insert into app_public.tags (tenant_id, name) values ($1, 'VIP') returning id)
     insert into app_public.contact_tags (tenant_id, contact_id, tag_id)
     select $1, unnest($2::uuid[]), id from tag`,
    [workspace.tenantId, threads.slice(1).map(({ contactId }) => contactId)],
  );
  await database.pool.query("update app_public.conversations set status = 'closed' where id = $1", [
    threads[4]!.conversationId,
  ]);
});

const PAGE = `query ($matching: JSON, $first: Int, $after: Cursor) {
  conversations(matching: $matching, orderBy: LAST_ACTIVITY_AT_DESC, first: $first, after: $after) {
    totalCount nodes { id } pageInfo { endCursor hasNextPage } } }`;

test("a page, the next one and the number of all, of what a filter matches", async () => {
  const matching = { all: [{ field: "tag", is: "vip" }, { not: { field: "status", is: "closed" } }] };
  const { data } = await api.ask(agent, PAGE, { matching, first: 2 });
  assert.equal(data.conversations.totalCount, 3);
  const { endCursor, hasNextPage } = data.conversations.pageInfo;
  assert.equal(hasNextPage, true);
  const { data: next } = await api.ask(agent, PAGE, { matching, first: 2, after: endCursor });
  assert.deepEqual(
    [...data.conversations.nodes, ...next.conversations.nodes].map(({ id }) => id),
    [3, 2, 1].map((i) => threads[i]!.conversationId),
  );
});

test("a filter that is written into the query, with the other arguments, and none", async () => {
  const { data } = await api.ask(
    agent,
    `{ inline: contacts(matching: { field: "tag", in: ["VIP", "x"] }) { totalCount }
       filtered: conversations(matching: { field: "tag", is: "vip" }, filter: { status: { equalTo: closed } }) {
         nodes { id } }
       none: conversations(matching: null) { totalCount } }`,
  );
  assert.equal(data.inline.totalCount, 4);
  assert.deepEqual(data.filtered.nodes, [{ id: threads[4]!.conversationId }]);
  assert.equal(data.none.totalCount, 5);
});

test("a filter that is not valid is refused with the path of what is wrong", async () => {
  const { code, errors } = await api.ask(agent, PAGE, {
    matching: { all: [{ field: "status", is: "shut" }] },
  });
  assert.equal(code, "PYFLT");
  assert.equal(errors[0]?.message, "`$.all[0].is` must be one of: open, closed, archived");
});

test("another tenant's rows are not there, whatever a filter names", async () => {
  const elsewhere = await aWorkspace(database.pool);
  const stranger = await aPerson(database.pool, elsewhere.tenantId, "agent");
  for (const matching of [{ all: [] }, { field: "tag", is: "vip" }, { not: { field: "tag", is: "vip" } }]) {
    const { data } = await api.ask(stranger, PAGE, { matching });
    assert.deepEqual(data.conversations.nodes, []);
  }
  const { data } = await api.ask(null, PAGE, { matching: { all: [] } });
  assert.deepEqual(data.conversations.nodes, []);
});

test("a view is opened by its id, and counted", async () => {
  const { data, errors } = await api.ask(
    agent,
    `mutation { createView(input: { view: { name: "VIPs", filter: { field: "tag", is: "vip" } } }) {
       view { id name kind filter orderBy userId count } } }`,
  );
  assert.deepEqual(errors, []);
  const { id, ...view } = data.createView.view;
  assert.deepEqual(view, {
    ...{ name: "VIPs", kind: "conversations", filter: { field: "tag", is: "vip" } },
    ...{ orderBy: null, userId: agent.userId, count: 4 },
  });
  const open = "query ($id: UUID) { conversations(view: $id, first: 1) { totalCount nodes { id } } }";
  assert.equal((await api.ask(agent, open, { id })).data.conversations.totalCount, 4);
  assert.equal((await api.ask(agent, open.replace("conversations", "contacts"), { id })).code, "PYNFD");
  const colleague = await aPerson(database.pool, workspace.tenantId, "owner");
  assert.equal((await api.ask(colleague, open, { id })).code, "PYNFD");
});

test("a segment is previewed, saved, counted and listed; a group is counted", async () => {
  const filter = { field: "tag", is: "vip" };
  const { data: preview } = await api.ask(
    agent,
    "query ($filter: JSON!) { previewSegment(filter: $filter) { count sample { id conversations { totalCount } } } }",
    { filter },
  );
  assert.equal(preview.previewSegment.count, 4);
  assert.deepEqual(
    preview.previewSegment.sample.map(({ id }: { id: string }) => id).sort(),
    threads
      .slice(1)
      .map(({ contactId }) => contactId)
      .sort(),
  );
  assert.equal(preview.previewSegment.sample[0].conversations.totalCount, 1);
  const { data: saved } = await api.ask(
    agent,
    "mutation ($segment: SegmentInput!) { createSegment(input: { segment: $segment }) { segment { id count } } }",
    { segment: { name: "VIPs", filter } },
  );
  assert.equal(saved.createSegment.segment.count, 4);
  const { data } = await api.ask(
    agent,
    `{ segments { nodes { name filter count } }
       others: contacts(matching: { field: "segment", isNot: "vips" }) { nodes { id } }
       filterFields(kind: contacts) { nodes { name operators } } }`,
  );
  assert.deepEqual(data.segments.nodes, [{ name: "VIPs", filter, count: 4 }]);
  assert.deepEqual(data.others.nodes, [{ id: threads[0]!.contactId }]);
  assert.deepEqual(
    data.filterFields.nodes.find(({ name }: { name: string }) => name === "segment").operators,
    ["is", "isNot", "in", "notIn"],
  );
  const { data: grouped } = await api.ask(
    agent,
    `mutation { createGroup(input: { group: { name: "Regulars" } }) { group { id count } } }`,
  );
  const { id, count } = grouped.createGroup.group;
  assert.equal(count, 0);
  await api.ask(
    agent,
    "mutation ($id: UUID!, $of: [UUID!]!) { addContactsToGroup(input: { groupId: $id, contactIds: $of }) { clientMutationId } }",
    { id, of: [threads[0]!.contactId, threads[1]!.contactId] },
  );
  const { data: counted } = await api.ask(agent, "query ($id: UUID!) { group(id: $id) { count } }", { id });
  assert.equal(counted.group.count, 2);
});

test("conversations that wait are listed before those that do not, over all pages", async () => {
  await database.pool.query(
    `update app_public.conversations set waiting_since = now() - n * interval '1 hour', snoozed_until = 'infinity'
     from unnest($1::uuid[]) with ordinality w (waiting_id, n) where id = waiting_id`,
    [[1, 3, 2].map((i) => threads[i]!.conversationId)],
  );
  const page = `query ($order: ConversationOrderBy!, $after: Cursor) {
    conversations(orderBy: [$order], first: 1, after: $after) { nodes { id } pageInfo { endCursor hasNextPage } } }`;
  const ids = async (order: string) => {
    const listed: number[] = [];
    for (let after: string | null = null, isLast = false; !isLast; ) {
      const { data, errors } = await api.ask(agent, page, { order, after });
      assert.deepEqual(errors, []);
      const { nodes, pageInfo } = data.conversations;
      listed.push(threads.findIndex(({ conversationId }) => conversationId === nodes[0].id));
      after = pageInfo.endCursor;
      isLast = !pageInfo.hasNextPage;
    }
    return listed;
  };
  assert.deepEqual(await ids("WAITING_SINCE_ASC"), [2, 3, 1, 0, 4]);
  assert.deepEqual(await ids("WAITING_SINCE_DESC"), [1, 3, 2, 4, 0]);
  assert.deepEqual(await ids("SNOOZED_UNTIL_ASC"), [0, 1, 2, 3, 4]);

  const { data } = await api.ask(
    agent,
    "query ($id: UUID!) { conversation(id: $id) { snoozedUntil closedAt } }",
    {
      id: threads[1]!.conversationId,
    },
  );
  assert.deepEqual(data.conversation, { snoozedUntil: "infinity", closedAt: null });
});

test("the variants and recipients of a campaign are listed, the latter by a filter", async () => {
  const { rows } = await database.pool.query(
    `with campaign as (
       insert into app_public.campaigns (tenant_id, name, text) values ($1, 'Spring', 'Hello') returning id
     ), variant as (
       insert into app_public.campaign_variants (tenant_id, campaign_id, name) select $1, id, 'A' from campaign returning id
     ), recipient as (
       insert into app_public.campaign_recipients
         (tenant_id, campaign_id, contact_id, channel_id, variant_id, state, error_code)
       select $1, c.id, r.contact_id, $2, v.id, case r.n when 1 then 'pending' else 'skipped' end::app_public.recipient_state,
         case r.n when 1 then null else 'PYOPT' end
       from campaign c, variant v, unnest($3::uuid[]) with ordinality r (contact_id, n)
     )
     select id from campaign`,
    [workspace.tenantId, workspace.channelId, threads.slice(0, 3).map(({ contactId }) => contactId)],
  );
  const list = `query ($id: UUID!, $matching: JSON) { campaign(id: $id) {
    variants { nodes { name weight } }
    recipients(matching: $matching, first: 2) { totalCount nodes { state contact { id } } } } }`;
  const { data } = await api.ask(agent, list, {
    id: rows[0].id,
    matching: { field: "errorCode", is: "PYOPT" },
  });
  assert.deepEqual(data.campaign.variants.nodes, [{ name: "A", weight: 1 }]);
  assert.equal(data.campaign.recipients.totalCount, 2);
  assert.equal(data.campaign.recipients.nodes[0].contact.id, threads[1]!.contactId);
  assert.equal(
    (await api.ask(agent, list, { id: rows[0].id, matching: { field: "x", is: 1 } })).code,
    "PYFLT",
  );
  assert.equal((await api.ask(agent, list, { id: rows[0].id })).data.campaign.recipients.totalCount, 3);
});

test("a template is checked without being stored", async () => {
  const check = `query ($components: JSON!) { checkTemplate(category: utility, components: $components) }`;
  const body = { type: "BODY", text: "Your order {{1}} is ready", example: { body_text: [["A-17"]] } };
  assert.equal((await api.ask(agent, check, { components: [body] })).data.checkTemplate, null);
  const { data } = await api.ask(agent, check, { components: [{ ...body, example: {} }] });
  assert.equal(data.checkTemplate, "components[0].text must have an example for each of its variables");
  assert.equal(
    (await api.ask(agent, check, { components: {} })).data.checkTemplate,
    "components must be a list",
  );
  assert.equal((await api.ask(null, check, { components: [] })).code, "PYDEN");
});
