import assert from "node:assert/strict";
import { before, beforeEach, test } from "node:test";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { aWamid, hear, send } from "../support/messages.ts";
import {
  aConversation,
  aPerson,
  aWorkspace,
  type Person,
  type Thread,
  type Workspace,
} from "../support/people.ts";
import { type Api, borrowApi, startApi } from "./support/api.ts";

let database: TestDatabase;
let api: Api;
let workspace: Workspace;
let agent: Person;
let admin: Person;
let stranger: Person;
let thread: Thread;

before(async () => {
  ({ database, api } = await borrowApi());
  stranger = await aPerson(database.pool, (await aWorkspace(database.pool)).tenantId, "owner");
});
// A transaction that is open elsewhere on the server, as those of other tests are, makes earlier changes come again.
beforeEach(async () => {
  workspace = await aWorkspace(database.pool);
  agent = await aPerson(database.pool, workspace.tenantId, "agent");
  admin = await aPerson(database.pool, workspace.tenantId, "admin");
  thread = await aConversation(database.pool, workspace);
});

async function cursorOfNow(person: Person | null = agent): Promise<string> {
  return (await api.ask(person, "{ changeCursor }")).data.changeCursor;
}

const CHANGES = `query ($cursor: String!) { changesSince(cursor: $cursor) {
  messages { id status preview } conversations { id unreadCount assigneeId } cursor hasMore } }`;

async function changesSince(cursor: string, person = agent) {
  const { data, errors } = await api.ask(person, CHANGES, { cursor });
  assert.deepEqual(errors, []);
  return data.changesSince;
}

async function refusal(cursor: string): Promise<string | undefined> {
  return (await api.ask(agent, CHANGES, { cursor })).code;
}

test("new messages, in reading order, and their conversation", async () => {
  const cursor = await cursorOfNow();
  await hear(database.pool, workspace, thread, { content: { body: "One" } }, { content: { body: "Two" } });
  const { messages, conversations, hasMore } = await changesSince(cursor);
  assert.deepEqual(
    messages.map(({ preview }: { preview: string }) => preview),
    ["One", "Two"],
  );
  assert.deepEqual(conversations, [{ id: thread.conversationId, unreadCount: 2, assigneeId: null }]);
  assert.equal(hasMore, false);
});

test("statuses, and what changes on a conversation", async () => {
  const id = await send(database.pool, thread.conversationId);
  const sent = await cursorOfNow();
  await database.pool.query("update app_public.message_statuses set status = 'sent' where message_id = $1", [
    id,
  ]);
  const { messages, cursor } = await changesSince(sent);
  assert.deepEqual([messages.length, messages[0].id, messages[0].status], [1, id, "sent"]);

  await api.ask(
    agent,
    "mutation ($id: UUID!, $me: UUID) { assignConversation(input: { conversationId: $id, userId: $me }) { conversation { id } } }",
    { id: thread.conversationId, me: agent.userId },
  );
  const assigned = await changesSince(cursor);
  assert.equal(assigned.conversations[0].assigneeId, agent.userId);
});

test("a reaction shows on its message; imported history counts, too", async () => {
  const wamid = aWamid();
  await hear(database.pool, workspace, thread, { wamid });
  const cursor = await cursorOfNow();
  await hear(
    database.pool,
    workspace,
    thread,
    { type: "reaction", content: { message_id: wamid, emoji: "👍" } },
    { origin: "history", content: { body: "Old" }, at: new Date("2026-01-01") },
  );
  const { messages } = await changesSince(cursor);
  assert.deepEqual(
    messages.map(({ preview }: { preview: string }) => preview),
    ["Old", "Hello", "👍"],
  );
});

test("contacts, tags and channels, and what was deleted", async () => {
  const ask = async (query: string, variables = {}) => {
    const { data, errors } = await api.ask(admin, query, variables);
    assert.deepEqual(errors, []);
    return data;
  };
  const other = await aConversation(database.pool, workspace);
  const start = await cursorOfNow();
  const { createTag } = await ask(
    'mutation { createTag(input: { tag: { name: "VIP" } }) { tag { id nodeId } } }',
  );
  await ask(
    'mutation ($id: UUID!) { updateContact(input: { id: $id, patch: { name: "Ada" } }) { contact { id } } }',
    {
      id: thread.contactId,
    },
  );
  await ask(
    'mutation ($id: UUID!) { updateChannel(input: { id: $id, patch: { name: "Desk" } }) { channel { id } } }',
    {
      id: workspace.channelId,
    },
  );
  const query = `query ($cursor: String!) { changesSince(cursor: $cursor) {
    contacts { id name } tags { id name } channels { id name } deleted { typeName id nodeId } cursor } }`;
  const { changesSince: changed } = await ask(query, { cursor: start });
  assert.deepEqual(
    changed.contacts.filter(({ id }: { id: string }) => id !== other.contactId),
    [{ id: thread.contactId, name: "Ada" }],
  );
  assert.deepEqual(changed.tags, [{ id: createTag.tag.id, name: "VIP" }]);
  assert.deepEqual(changed.channels, [{ id: workspace.channelId, name: "Desk" }]);
  assert.deepEqual(changed.deleted, []);

  await ask("mutation ($id: UUID!) { deleteTag(input: { id: $id }) { tag { id } } }", {
    id: createTag.tag.id,
  });
  await ask("mutation ($id: UUID!) { deleteContact(input: { contactId: $id }) { contact { id } } }", {
    id: other.contactId,
  });
  const { changesSince: after } = await ask(query, { cursor: changed.cursor });
  const deleted = after.deleted.map(
    ({ typeName, id }: { typeName: string; id: string }) => `${typeName} ${id}`,
  );
  assert.ok(deleted.includes(`Contact ${other.contactId}`), deleted.join());
  assert.ok(deleted.includes(`Conversation ${other.conversationId}`), deleted.join());
  assert.ok(
    after.deleted.some(({ nodeId }: { nodeId: string }) => nodeId === createTag.tag.nodeId),
    "by the nodeId that the row had",
  );
  assert.deepEqual(after.tags, []);
});

test("messages that move when two contacts are merged", async () => {
  const [kept, merged] = [
    await aConversation(database.pool, workspace),
    await aConversation(database.pool, workspace),
  ];
  await hear(database.pool, workspace, merged, { content: { body: "Moves" } });
  const cursor = await cursorOfNow();
  await database.pool.query("select app_private.merge_contacts($1, $2)", [kept.contactId, merged.contactId]);
  const { data } = await api.ask(
    agent,
    `query ($cursor: String!) { changesSince(cursor: $cursor) {
       messages { preview conversationId } conversations { id } deleted { typeName id } } }`,
    { cursor },
  );
  const { messages, conversations, deleted } = data.changesSince;
  assert.deepEqual(messages, [{ preview: "Moves", conversationId: kept.conversationId }]);
  assert.ok(conversations.some(({ id }: { id: string }) => id === kept.conversationId));
  assert.ok(deleted.some(({ id }: { id: string }) => id === merged.conversationId));
});

test("what changes often is returned once in a page, and pages end", async () => {
  const start = await cursorOfNow();
  const ids: string[] = [];
  for (let i = 0; i < 130; i += 1) ids.push(await send(database.pool, thread.conversationId));
  for (const status of ["sent", "delivered", "read"])
    await database.pool.query(
      `update app_public.message_statuses set status = '${status}' where message_id = any($1)`,
      [ids],
    );
  const seen = new Set<string>();
  let pages = 0;
  for (let cursor = start, hasMore = true; hasMore; pages += 1) {
    const page = await changesSince(cursor);
    assert.ok(page.messages.length <= 100);
    for (const { id } of page.messages) seen.add(id);
    ({ cursor, hasMore } = page);
  }
  assert.deepEqual([...seen].sort(), ids.toSorted());
  assert.ok(pages <= 8, `${pages} pages`);
});

test("another tenant has other changes, and a caller without a token is refused", async () => {
  const cursor = await cursorOfNow(stranger);
  await hear(database.pool, workspace, thread, {});
  assert.deepEqual((await changesSince(cursor, stranger)).messages, []);
  assert.deepEqual((await changesSince(await cursorOfNow(), stranger)).conversations, []);
  assert.equal((await api.ask(null, CHANGES, { cursor })).code, "PYDEN");
  assert.equal(await cursorOfNow(null), null);
});

test("a cursor is refused if it is none, too old, of another database or of the future", async () => {
  const cursor = await cursorOfNow();
  const [identity, at, since] = cursor.split(".") as [string, string, string];
  for (const wrong of ["", "x", `${cursor}.`, cursor.slice(1), `${cursor}.1.2`, "0".repeat(500)])
    assert.equal(await refusal(wrong), "PYREQ", wrong);
  assert.equal(await refusal(`000000000000.${at}.${since}`), "PYOLD");
  assert.equal(await refusal(`${identity}.${Number(at) - 3 * 86_400}.${since}`), "PYOLD");
  assert.equal(await refusal(`${identity}.${at}.${Number(since) + 1_000_000}`), "PYOLD");
  assert.equal(await refusal(`${identity}.${at}.${since}`), undefined);
});

test("a restored copy refuses the cursors of the original", async () => {
  const cursor = await cursorOfNow();
  const copy = await createTestDatabase();
  try {
    const copied = await startApi(copy);
    const person = await aPerson(copy.pool, (await aWorkspace(copy.pool)).tenantId, "agent");
    assert.equal((await copied.ask(person, CHANGES, { cursor })).code, "PYOLD");
    await copied.close();
  } finally {
    await copy.drop();
  }
});

test("the first cursor is requested by itself, since what is read beside it may be older", async () => {
  for (const query of [
    "{ changeCursor conversations { nodes { id } } }",
    "{ ...f conversations { nodes { id } } } fragment f on Query { changeCursor }",
  ])
    assert.equal((await api.ask(agent, query)).code, "PYREQ");
});

test("the page counts towards the limit of objects", async () => {
  const query = `query ($cursor: String!) { changesSince(cursor: $cursor) {
    conversations { messages(first: 100) { nodes { id } } } } }`;
  assert.equal((await api.ask(agent, query, { cursor: await cursorOfNow() })).code, "PYLIM");
});

test("changes are deleted after three days, cursors are refused before", async () => {
  await database.pool.query("update app_private.changes set changed_at = now() - interval '4 days'");
  // The words of messages are taken from them.
  await database.pool.query("select app_private.index_all_messages()");
  await hear(database.pool, workspace, thread, {});
  await database.pool.query("select app_private.delete_old_rows()");
  const { rows } = await database.pool.query("select kind from app_private.changes");
  assert.deepEqual(rows, [{ kind: "messages" }]);
});
