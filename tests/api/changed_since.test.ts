import assert from "node:assert/strict";
import { before, beforeEach, test } from "node:test";
import type { TestDatabase } from "../support/database.ts";
import { hear, send } from "../support/messages.ts";
import {
  aConversation,
  aPerson,
  aWorkspace,
  type Person,
  type Thread,
  type Workspace,
} from "../support/people.ts";
import { openTransactionsEnded } from "../support/transaction.ts";
import { type Api, borrowApi } from "./support/api.ts";

let database: TestDatabase;
let api: Api;
let workspace: Workspace;
let agent: Person;
let thread: Thread;
let other: Thread;

before(async () => {
  ({ database, api } = await borrowApi());
});
beforeEach(async () => {
  workspace = await aWorkspace(database.pool);
  agent = await aPerson(database.pool, workspace.tenantId, "agent");
  thread = await aConversation(database.pool, workspace);
  other = await aConversation(database.pool, workspace);
});

async function cursorOfNow(): Promise<string> {
  await openTransactionsEnded(database.pool);
  return await currentCursor();
}

async function currentCursor(): Promise<string> {
  return (await api.ask(agent, "{ changeCursor }")).data.changeCursor;
}

async function list(query: string, variables: Record<string, unknown>, person: Person | null = agent) {
  const { data, code } = await api.ask(person, query, variables);
  const nodes: Record<string, unknown>[] | undefined =
    data && Object.values<{ nodes: Record<string, unknown>[] }>(data)[0]?.nodes;
  return { code, nodes };
}

const CONVERSATIONS = `query ($since: String, $status: ConversationStatus = open) {
  conversations(changedSince: $since, filter: { status: { equalTo: $status } }, orderBy: LAST_ACTIVITY_AT_DESC) {
    nodes { id } } }`;
const MESSAGES = `query ($since: String, $conversationId: UUID!, $first: Int, $last: Int, $after: Cursor) {
  messages(changedSince: $since, filter: { conversationId: { equalTo: $conversationId } }, orderBy: ID_DESC,
    first: $first, last: $last, after: $after) { nodes { preview status } pageInfo { endCursor hasNextPage } } }`;

test("conversations with a new message, or another state, in their order and as filtered", async () => {
  await hear(database.pool, workspace, thread, {});
  await hear(database.pool, workspace, other, {});
  const since = await cursorOfNow();
  assert.deepEqual((await list(CONVERSATIONS, { since })).nodes, []);
  await hear(database.pool, workspace, thread, {});
  assert.deepEqual((await list(CONVERSATIONS, { since })).nodes, [{ id: thread.conversationId }]);
  await api.ask(
    agent,
    "mutation ($id: UUID!) { closeConversation(input: { conversationId: $id }) { conversation { id } } }",
    { id: other.conversationId },
  );
  assert.deepEqual((await list(CONVERSATIONS, { since })).nodes, [{ id: thread.conversationId }]);
  assert.deepEqual((await list(CONVERSATIONS, { since, status: "closed" })).nodes, [
    { id: other.conversationId },
  ]);
  assert.deepEqual((await list(CONVERSATIONS, { since: null })).nodes, [{ id: thread.conversationId }]);
});

test("messages that are new or have another status, by pages in both directions", async () => {
  const { conversationId } = thread;
  const sent = await send(database.pool, conversationId);
  await hear(database.pool, workspace, thread, { content: { body: "Before" } });
  const since = await cursorOfNow();
  await hear(database.pool, workspace, other, {});
  await hear(database.pool, workspace, thread, { content: { body: "One" } }, { content: { body: "Two" } });
  await database.pool.query("update app_public.message_statuses set status = 'sent' where message_id = $1", [
    sent,
  ]);
  const previews = async (page: object) =>
    (await list(MESSAGES, { since, conversationId, ...page })).nodes?.map(({ preview }) => preview);
  assert.deepEqual(await previews({}), ["Two", "One", "Hello"]);
  assert.deepEqual(await previews({ last: 1 }), ["Hello"]);
  const { data } = await api.ask(agent, MESSAGES, { since, conversationId, first: 2 });
  const { endCursor, hasNextPage } = data.messages.pageInfo;
  assert.equal(hasNextPage, true);
  assert.deepEqual(await previews({ first: 2, after: endCursor }), ["Hello"]);
});

test("a transaction that was open when the cursor was made is not skipped", async () => {
  await openTransactionsEnded(database.pool);
  const client = await database.pool.connect();
  try {
    await client.query("begin");
    await hear(client, workspace, thread, {});
    const since = await currentCursor();
    await client.query("commit");
    assert.deepEqual((await list(CONVERSATIONS, { since })).nodes, [{ id: thread.conversationId }]);
  } finally {
    client.release();
  }
});

test("what another tenant has changed, a visitor, and cursors that cannot be used", async () => {
  const since = await cursorOfNow();
  const elsewhere = await aWorkspace(database.pool);
  await hear(database.pool, elsewhere, await aConversation(database.pool, elsewhere), {});
  assert.deepEqual(await list(CONVERSATIONS, { since }), { code: undefined, nodes: [] });
  assert.equal((await list(CONVERSATIONS, { since: "x" })).code, "PYREQ");
  assert.equal((await list(CONVERSATIONS, { since: since.replace(/^./, "g") })).code, "PYREQ");
  assert.equal((await list(CONVERSATIONS, { since: since.replace(/^.{12}/, "0".repeat(12)) })).code, "PYOLD");
  assert.notEqual((await list(CONVERSATIONS, { since }, null)).code, undefined);
});

test("more than 10,000 changes are refused", async () => {
  const since = await cursorOfNow();
  const change = (count: number) =>
    database.pool.query(
      `insert into app_private.changes (tenant_id, kind, ids)
       select $1, 'conversations', array_agg(gen_random_uuid()) from generate_series(1, $2)`,
      [workspace.tenantId, count],
    );
  await change(10_000);
  assert.deepEqual((await list(CONVERSATIONS, { since })).nodes, []);
  await change(1);
  assert.equal((await list(CONVERSATIONS, { since })).code, "PYLIM");
});
