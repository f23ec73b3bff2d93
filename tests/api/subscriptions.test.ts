import assert from "node:assert/strict";
import { before, test } from "node:test";
import jwt from "jsonwebtoken";
import type { TestDatabase } from "../support/database.ts";
import { aConversation, aPerson, aWorkspace, type Person, type Workspace } from "../support/people.ts";
import { type Api, borrowApi, JWT_SECRET, tokenOf } from "./support/api.ts";
import { SEND } from "./support/documents.ts";
import { settle, subscribe } from "./support/websocket.ts";

let database: TestDatabase;
let api: Api;
let workspace: Workspace;
let agent: Person;
let viewer: Person;
let stranger: Person;
before(async () => {
  ({ database, api } = await borrowApi());
  workspace = await aWorkspace(database.pool);
  agent = await aPerson(database.pool, workspace.tenantId, "agent");
  viewer = await aPerson(database.pool, workspace.tenantId, "viewer");
  stranger = await aPerson(database.pool, (await aWorkspace(database.pool)).tenantId, "owner");
});

const MESSAGES = `subscription ($id: UUID) {
  messageAdded(conversationId: $id) { id preview conversation { id contact { phone } } }
}`;
const STATUSES = `subscription ($id: UUID) {
  messageStatusChanged(conversationId: $id) { status message { id status ackStatus } }
}`;
const CONVERSATIONS = `subscription ($id: UUID) { conversationChanged(id: $id) { id status lastMessagePreview unreadCount } }`;

const send = (conversationId: string, body: string) =>
  api.ask(agent, SEND, { input: { conversationId, content: { body } } });

test("members see a new message and its conversation at once; another tenant's owner sees nothing", async () => {
  const thread = await aConversation(database.pool, workspace);
  const other = await aConversation(database.pool, workspace);
  const [here, everywhere, changed, foreign, foreignAll] = await Promise.all([
    subscribe(api, tokenOf(viewer), MESSAGES, { id: thread.conversationId }),
    subscribe(api, tokenOf(agent), MESSAGES),
    subscribe(api, tokenOf(agent), CONVERSATIONS, { id: thread.conversationId }),
    subscribe(api, tokenOf(stranger), MESSAGES, { id: thread.conversationId }),
    subscribe(api, tokenOf(stranger), MESSAGES),
  ]);
  // A token may say what it likes about the tenant: the session decides.
  const liar = await subscribe(api, tokenOf({ ...stranger, tenantId: workspace.tenantId }), MESSAGES);

  const id = (await send(thread.conversationId, "First")).data.sendMessage.message.id;
  await send(other.conversationId, "Elsewhere");
  await Promise.all([here.received(1), everywhere.received(2), changed.received(1)]);
  await settle();
  assert.equal(here.events.length, 1);
  assert.deepEqual(here.events[0].data.messageAdded, {
    id,
    preview: "First",
    conversation: { id: thread.conversationId, contact: { phone: thread.phone } },
  });
  assert.deepEqual(
    everywhere.events.map(({ data }) => data.messageAdded.preview),
    ["First", "Elsewhere"],
  );
  assert.equal(changed.events.length, 1);
  assert.equal(changed.events[0].data.conversationChanged.lastMessagePreview, "First");
  for (const { events } of [foreign, foreignAll, liar]) assert.deepEqual(events, []);
  await Promise.all([here, everywhere, changed, foreign, foreignAll, liar].map((each) => each.stop()));
});

test("messages of one transaction come in the order they were said", async () => {
  const { conversationId } = await aConversation(database.pool, workspace);
  const listener = await subscribe(api, tokenOf(agent), MESSAGES, { id: conversationId });
  await database.pool.query(
    `insert into app_public.messages (conversation_id, type, content)
     select $1, 'text', jsonb_build_object('body', i::text) from generate_series(1, 200) i`,
    [conversationId],
  );
  await listener.received(200);
  assert.deepEqual(
    listener.events.map(({ data }) => data.messageAdded.preview),
    Array.from({ length: 200 }, (_, i) => String(i + 1)),
  );
  await listener.stop();
});

test("the statuses of a message and the state changes of a conversation are published", async () => {
  const { conversationId } = await aConversation(database.pool, workspace);
  const statuses = await subscribe(api, tokenOf(viewer), STATUSES, {
    id: conversationId.toUpperCase().replaceAll("-", ""),
  });
  const changes = await subscribe(api, tokenOf(viewer), CONVERSATIONS);
  const foreign = await subscribe(api, tokenOf(stranger), STATUSES);
  const id = (await send(conversationId, "Hello")).data.sendMessage.message.id;
  await changes.received(1);
  await database.pool.query("update app_public.message_statuses set status = 'sent' where message_id = $1", [
    id,
  ]);
  await statuses.received(1);
  assert.deepEqual(statuses.events[0].data.messageStatusChanged, {
    status: "sent",
    message: { id, status: "sent", ackStatus: 1 },
  });
  await api.ask(
    agent,
    `mutation { closeConversation(input: { conversationId: "${conversationId}" }) { conversation { id } } }`,
  );
  await changes.received(2);
  assert.equal(changes.events[1].data.conversationChanged.status, "closed");
  assert.deepEqual(foreign.events, []);
  await Promise.all([statuses, changes, foreign].map((each) => each.stop()));
});

test("a message that shows something new is reported, once for each statement", async () => {
  const { conversationId } = await aConversation(database.pool, workspace);
  const document = `subscription ($id: UUID) { messageChanged(conversationId: $id) { id preview } }`;
  const here = await subscribe(api, tokenOf(viewer), document, { id: conversationId });
  const foreign = await subscribe(api, tokenOf(stranger), document);
  const id = (await send(conversationId, "Hello")).data.sendMessage.message.id;
  const report = (ids: string[]) =>
    database.pool.query("select app_private.report_changed_messages($1, $2)", [workspace.tenantId, ids]);
  await report([]);
  await report([id, id]);
  await here.received(1);
  await settle();
  assert.deepEqual(
    here.events.map(({ data }) => data),
    [{ messageChanged: { id, preview: "Hello" } }],
  );
  assert.deepEqual(foreign.events, []);
  await Promise.all([here.stop(), foreign.stop()]);
});

test("a session that ends gets no more events, and its connection is closed", async () => {
  const { conversationId } = await aConversation(database.pool, workspace);
  const leaver = await aPerson(database.pool, workspace.tenantId, "agent");
  const listener = await subscribe(api, tokenOf(leaver), MESSAGES);
  await send(conversationId, "Seen");
  await listener.received(1);
  await database.pool.query("update app_public.memberships set is_active = false where user_id = $1", [
    leaver.userId,
  ]);
  await send(conversationId, "Not seen");
  const { code, reason } = await listener.closed;
  assert.equal(code, 4403);
  assert.match(reason, /PYTOK/);
  assert.equal(listener.events.length, 1);
});

test("when the token expires the connection is closed, although the session is open", async () => {
  const token = jwt.sign(
    { user: agent.userId, tenant: agent.tenantId, session: agent.sessionId },
    JWT_SECRET,
    { issuer: "parley", audience: "parley", expiresIn: 2 },
  );
  const listener = await subscribe(api, token, MESSAGES);
  const { code, reason } = await listener.closed;
  assert.equal(code, 4403);
  assert.match(reason, /PYTOK/);
});

test("when the change feed has lost its connection, clients are closed, so that they refetch; a new one receives events again", async () => {
  const { conversationId } = await aConversation(database.pool, workspace);
  const listener = await subscribe(api, tokenOf(agent), MESSAGES, { id: conversationId });
  const feeds = `from pg_stat_activity where application_name = 'parley change feed' and datname = current_database()`;
  const { rows } = await database.pool.query(`select pid ${feeds}`);
  assert.equal(rows.length, 1, "one connection listens, however many subscribe");
  await database.pool.query(`select pg_terminate_backend(pid) ${feeds}`);
  const { code, reason } = await listener.closed;
  assert.equal(code, 1013);
  assert.match(reason, /^PYUNA/);
  const again = await subscribe(api, tokenOf(agent), MESSAGES, { id: conversationId });
  await send(conversationId, "After");
  await again.received(1);
  assert.equal(again.events[0].data.messageAdded.preview, "After");
  await again.stop();
});

test("a foreign notification does no harm", async () => {
  const { conversationId } = await aConversation(database.pool, workspace);
  const listener = await subscribe(api, tokenOf(agent), MESSAGES, { id: conversationId });
  for (const payload of [
    "",
    "{",
    "null",
    "[]",
    '{"tenant": 7}',
    `{"tenant": "${workspace.tenantId}", "messages": ["x"]}`,
  ])
    await database.pool.query("select pg_notify(app_private.change_channel(), $1)", [payload]);
  await send(conversationId, "Still here");
  await listener.received(1);
  await listener.stop();
});

test("a client that unsubscribes is removed", async () => {
  const { conversationId } = await aConversation(database.pool, workspace);
  const listener = await subscribe(api, tokenOf(agent), MESSAGES, { id: conversationId });
  await listener.stop();
  await settle();
  await send(conversationId, "Nobody hears");
  await settle();
  assert.deepEqual(listener.events, []);
});

test("a client that cannot keep up is closed with a reason; others continue", async () => {
  const slow = await subscribe(api, tokenOf(agent), CONVERSATIONS);
  const other = await subscribe(api, tokenOf(agent), MESSAGES);
  await database.pool.query(
    `select app_private.notify_change($1, 'conversations', array(select gen_random_uuid() from generate_series(1, 20000)))`,
    [workspace.tenantId],
  );
  const { code, reason } = await slow.closed;
  assert.equal(code, 1013);
  assert.match(reason, /^PYLIM/);
  await send((await aConversation(database.pool, workspace)).conversationId, "Still told");
  await other.received(1);
  await other.stop();
});
