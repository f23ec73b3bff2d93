import assert from "node:assert/strict";
import { before, test } from "node:test";
import type { TestDatabase } from "../support/database.ts";
import { aConversation, aPerson, aWorkspace, type Person, type Thread } from "../support/people.ts";
import { type Api, borrowApi } from "./support/api.ts";
import { SEND } from "./support/documents.ts";

let database: TestDatabase;
let api: Api;
let ours: Person;
let theirs: Person;
let thread: Thread;
let messageId: string;
before(async () => {
  ({ database, api } = await borrowApi());
  const workspace = await aWorkspace(database.pool);
  ours = await aPerson(database.pool, workspace.tenantId, "owner");
  theirs = await aPerson(database.pool, (await aWorkspace(database.pool)).tenantId, "owner");
  thread = await aConversation(database.pool, workspace);
  const sent = await api.ask(ours, SEND, {
    input: { conversationId: thread.conversationId, content: { body: "Secret" } },
  });
  messageId = sent.data.sendMessage.message.id;
});

test("every row that can be queried by id is null for another tenant's owner", async () => {
  const query = `query ($conversation: UUID!, $contact: UUID!, $message: UUID!, $user: UUID!, $tenant: UUID!, $node: ID!) {
    conversation(id: $conversation) { id } contact(id: $contact) { id } message(id: $message) { id }
    user(id: $user) { id } tenant(id: $tenant) { id } node(nodeId: $node) { nodeId }
  }`;
  const nodeId = (await api.ask(ours, `{ message(id: "${messageId}") { nodeId } }`)).data.message.nodeId;
  const variables = {
    conversation: thread.conversationId,
    contact: thread.contactId,
    message: messageId,
    user: ours.userId,
    tenant: ours.tenantId,
    node: nodeId,
  };
  const mine = await api.ask(ours, query, variables);
  for (const value of Object.values(mine.data)) assert.ok(value, "the owner's own are there");
  const foreign = await api.ask(theirs, query, variables);
  assert.deepEqual(new Set(Object.values(foreign.data)), new Set([null]));
});

test("no list of another tenant contains a row of this tenant", async () => {
  const lists = ["conversations", "contacts", "channels", "messages", "users", "memberships", "auditEntries"];
  const query = `{ ${lists.map((list) => `${list} { nodes { nodeId } }`).join(" ")} }`;
  const mine = (await api.ask(ours, query)).data;
  const foreign = (await api.ask(theirs, query)).data;
  for (const list of lists) {
    const seen = new Set(foreign[list].nodes.map(({ nodeId }: { nodeId: string }) => nodeId));
    assert.ok(mine[list].nodes.length > 0, `there is something in ${list}`);
    for (const { nodeId } of mine[list].nodes) assert.ok(!seen.has(nodeId), `${list} leaks`);
  }
});

test("no mutation reaches into another tenant", async () => {
  const id = thread.conversationId;
  const attempts = {
    send: await api.ask(theirs, SEND, { input: { conversationId: id, content: { body: "x" } } }),
    close: await api.ask(
      theirs,
      `mutation { closeConversation(input: { conversationId: "${id}" }) { conversation { id } } }`,
    ),
    update: await api.ask(
      theirs,
      `mutation { updateConversation(input: { id: "${id}", patch: { status: closed } }) { conversation { id } } }`,
    ),
    delete: await api.ask(
      theirs,
      `mutation { deleteContact(input: { contactId: "${thread.contactId}" }) { contact { id } } }`,
    ),
    start: await api.ask(
      theirs,
      `mutation { createConversation(input: { conversation: { contactId: "${thread.contactId}" } }) { conversation { id } } }`,
    ),
  };
  for (const [what, { code }] of Object.entries(attempts)) assert.equal(code, "PYNFD", what);
  const { rows } = await database.pool.query("select status from app_public.conversations where id = $1", [
    id,
  ]);
  assert.equal(rows[0].status, "open");
});

test("a user of one tenant cannot be assigned to another tenant's conversation", async () => {
  const answer = await api.ask(
    ours,
    `mutation { assignConversation(input: { conversationId: "${thread.conversationId}", userId: "${theirs.userId}" }) { conversation { id } } }`,
  );
  assert.equal(answer.data.assignConversation, null);
  assert.ok(answer.code === "PYNFD" || answer.code === "PYCON", answer.code);
});

test("no answer names the tenant of a row", async () => {
  const answer = await api.ask(ours, '{ __type(name: "Message") { name } }');
  assert.equal(answer.status, 400, "and nobody asks for the schema outside development");
});
