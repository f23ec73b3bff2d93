import assert from "node:assert/strict";
import { before, test } from "node:test";
import type { TestDatabase } from "../support/database.ts";
import { aConversation, aPerson, aWorkspace, type Person, type Workspace } from "../support/people.ts";
import { type Api, borrowApi, tokenOf } from "./support/api.ts";
import { settle, subscribe } from "./support/websocket.ts";

let database: TestDatabase;
let api: Api;
let workspace: Workspace;
let ann: Person;
let ben: Person;
let admin: Person;
before(async () => {
  ({ database, api } = await borrowApi());
  workspace = await aWorkspace(database.pool);
  ann = await aPerson(database.pool, workspace.tenantId, "agent");
  ben = await aPerson(database.pool, workspace.tenantId, "agent");
  admin = await aPerson(database.pool, workspace.tenantId, "admin");
});

const MESSAGES = `subscription ($id: UUID) {
  messageAdded(conversationId: $id) { preview conversation { contact { phone } } }
}`;
const insert = (conversationId: string, count = 1) =>
  database.pool.query(
    `insert into app_public.messages (conversation_id, type, content)
     select $1, 'text', jsonb_build_object('body', i::text) from generate_series(1, $2::int) i`,
    [conversationId, count],
  );

test("members with the same role get the same updates, each row as a whole", async () => {
  const { conversationId, phone } = await aConversation(database.pool, workspace);
  const listeners = await Promise.all(
    [ann, ben, admin].map((person) => subscribe(api, tokenOf(person), MESSAGES, { id: conversationId })),
  );
  await insert(conversationId, 250);
  await Promise.all(listeners.map((listener) => listener.received(250)));
  const expected = Array.from({ length: 250 }, (_, i) => ({
    messageAdded: { preview: String(i + 1), conversation: { contact: { phone } } },
  }));
  for (const { events, stop } of listeners) {
    assert.deepEqual(
      events.map(({ data }) => data),
      expected,
    );
    await stop();
  }
});

test("members with another role get only what their role may see", async () => {
  await database.pool.query(`
    create policy for_admins on app_public.messages as restrictive for select to parley_visitor
      using ((select app_hidden.may('manage_all')))`);
  try {
    const { conversationId } = await aConversation(database.pool, workspace);
    const [forAgent, forAdmin] = await Promise.all(
      [ann, admin].map((person) => subscribe(api, tokenOf(person), MESSAGES, { id: conversationId })),
    );
    await insert(conversationId);
    await forAdmin!.received(1);
    await settle();
    assert.deepEqual(forAgent!.events, []);
    await Promise.all([forAgent!.stop(), forAdmin!.stop()]);
  } finally {
    await database.pool.query("drop policy for_admins on app_public.messages");
  }
});

test("a session that has ended unnoticed neither gets an update nor takes it from others", async () => {
  const { conversationId, phone } = await aConversation(database.pool, workspace);
  const leaver = await aPerson(database.pool, workspace.tenantId, "agent");
  // The first subscriber: updates are read with its rights.
  const gone = await subscribe(api, tokenOf(leaver), MESSAGES, { id: conversationId });
  const left = await subscribe(api, tokenOf(ben), MESSAGES, { id: conversationId });
  await database.pool.query("alter table app_private.sessions disable trigger _800_notify_on_update");
  await database.pool.query("update app_private.sessions set revoked_at = now() where id = $1", [
    leaver.sessionId,
  ]);
  await database.pool.query("alter table app_private.sessions enable trigger _800_notify_on_update");
  await insert(conversationId);
  await left.received(1);
  assert.equal((await gone.closed).code, 4403);
  assert.deepEqual(gone.events, []);
  assert.deepEqual(left.events[0].data.messageAdded, { preview: "1", conversation: { contact: { phone } } });
  await left.stop();
});

test("a member who gets another role is disconnected, and subscribes with the new role", async () => {
  const { conversationId } = await aConversation(database.pool, workspace);
  const member = await aPerson(database.pool, workspace.tenantId, "admin");
  const before = await subscribe(api, tokenOf(member), MESSAGES, { id: conversationId });
  const client = await database.pool.connect();
  await client.query("begin");
  await client.query("update app_public.memberships set role = 'viewer' where user_id = $1", [member.userId]);
  await client.query(
    `insert into app_public.messages (conversation_id, type, content) values ($1, 'text', '{"body": "Late"}')`,
    [conversationId],
  );
  await client.query("commit");
  client.release();
  const { code, reason } = await before.closed;
  assert.equal(code, 4403);
  assert.match(reason, /PYTOK/);
  assert.deepEqual(before.events, [], "what was committed with the change is not sent");
  const again = await subscribe(api, tokenOf(member), MESSAGES, { id: conversationId });
  await insert(conversationId);
  await again.received(1);
  await again.stop();
});

test("variables that are not valid are refused, and harm nothing else", async () => {
  const { conversationId } = await aConversation(database.pool, workspace);
  const good = await subscribe(api, tokenOf(ann), MESSAGES, { id: conversationId });
  const bad = await subscribe(api, tokenOf(ann), MESSAGES, { id: { not: "an id" } });
  await bad.received(1);
  assert.equal(bad.events[0].errors[0].extensions.code, "PYREQ");
  await insert(conversationId);
  await good.received(1);
  await Promise.all([good.stop(), bad.stop()]);
});
