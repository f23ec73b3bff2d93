import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { before, test } from "node:test";
import type { TestDatabase } from "../support/database.ts";
import { send } from "../support/messages.ts";
import {
  aConversation,
  anApiKey,
  aPerson,
  aWorkspace,
  type Person,
  type Workspace,
} from "../support/people.ts";
import { type Api, borrowApi } from "./support/api.ts";
import { type MediaApi, startMediaApi } from "./support/media_api.ts";
import { exchange, openSocket, subscribe } from "./support/websocket.ts";

let database: TestDatabase;
let api: Api;
let workspace: Workspace;
let admin: Person;
let conversationId: string;

before(async () => {
  ({ database, api } = await borrowApi());
  workspace = await aWorkspace(database.pool);
  admin = await aPerson(database.pool, workspace.tenantId, "admin");
  conversationId = (await aConversation(database.pool, workspace)).conversationId;
});

const CREATE = `mutation ($input: CreateApiKeyInput!) {
  createApiKey(input: $input) { createdApiKey { secret apiKey { id name scopes ending lastUsedAt } } }
}`;
const REVOKE = "mutation ($id: UUID!) { revokeApiKey(input: { id: $id }) { apiKey { revokedAt } } }";
const ME = "{ currentApiKey { id scopes } currentUser { id } currentMembership { role } }";
const LIST = "{ apiKeys { nodes { id lastUsedAt revokedAt } } }";
const LIVE = "subscription ($id: UUID!) { messageAdded(conversationId: $id) { id } }";

test("an admin creates a key, a program uses it, and it ends with its sockets when it is revoked", async () => {
  const input = { name: "Orders", scopes: ["send"] };
  const created = (await api.ask(admin, CREATE, { input })).data.createApiKey.createdApiKey;
  const { secret, apiKey } = created;
  assert.deepEqual(apiKey.scopes, ["send"]);
  assert.ok(secret.endsWith(apiKey.ending));

  const { data } = await api.ask(secret, ME);
  assert.deepEqual(data, {
    currentApiKey: { id: apiKey.id, scopes: ["send"] },
    currentUser: null,
    currentMembership: null,
  });
  const sent = await api.ask(
    secret,
    `mutation ($id: UUID!) { sendMessage(input: { conversationId: $id, content: { body: "Hi" } }) { message { author userId } } }`,
    { id: conversationId },
  );
  assert.deepEqual(sent.data.sendMessage.message, { author: "system", userId: null });
  const listed = await api.ask(admin, LIST);
  assert.ok(listed.data.apiKeys.nodes.find(({ id }: { id: string }) => id === apiKey.id).lastUsedAt);

  const listener = await subscribe(api, secret, LIVE, { id: conversationId });
  await send(database.pool, conversationId);
  await listener.received(1);
  const socket = await openSocket(api);
  const payload = { authorization: `Bearer ${secret}` };
  await exchange(socket, { type: "connection_init", payload });
  // A key without an end is not renewed, but a ping with it does no harm.
  assert.deepEqual((await exchange(socket, { type: "ping", payload })).payload, { expiresAt: null });

  const revoked = await api.ask(admin, REVOKE, { id: apiKey.id });
  assert.ok(revoked.data.revokeApiKey.apiKey.revokedAt);
  assert.equal((await listener.closed).code, 4403);
  assert.equal((await socket.closing).code, 4403);
  assert.equal((await api.ask(secret, ME)).code, "PYTOK");
  assert.ok(api.log.every((line) => !line.includes(secret.slice(7))));
});

test("a key that expires closes its sockets then", async () => {
  const expiresAt = new Date(Date.now() + 400);
  const { secret } = await anApiKey(database.pool, workspace.tenantId, ["read"], expiresAt);
  const listener = await subscribe(api, secret, LIVE, { id: conversationId });
  assert.equal((await listener.closed).code, 4403);
  assert.ok(Date.now() >= expiresAt.getTime());
  assert.equal((await api.ask(secret, ME)).status, 401);
});

test("a tenant that is deactivated closes the sockets of its keys", async () => {
  const { tenantId } = await aWorkspace(database.pool);
  const { secret } = await anApiKey(database.pool, tenantId, ["read"]);
  const listener = await subscribe(api, secret, "subscription { contactChanged { id } }");
  await database.pool.query("update app_public.tenants set status = 'inactive' where id = $1", [tenantId]);
  assert.equal((await listener.closed).code, 4403);
});

test("keys of any wrong kind get the same answer; those with a wrong checksum ask nothing of the database", async () => {
  const { secret, id } = await anApiKey(database.pool, workspace.tenantId, ["read"]);
  await database.pool.query("update app_public.api_keys set revoked_at = now() where id = $1", [id]);
  const random = Buffer.alloc(24, 7);
  const checksum = createHash("sha256").update(random).digest("hex").slice(0, 8);
  const answers = await Promise.all(
    [
      secret,
      `parley_${random.toString("hex")}${checksum}`,
      "parley_",
      `${secret}0`,
      secret.toUpperCase(),
    ].map((key) => api.ask(key, ME)),
  );
  for (const { status, text } of answers) assert.deepEqual([status, text], [401, answers[0]!.text]);
});

/** What needs a person, or may not outlive its key. */
const FOR_USERS: Record<string, string> = {
  changePassword: `changePassword(input: { oldPassword: "an old password", newPassword: "a new password" }) { endedSessions }`,
  connectGoogleCalendar: `connectGoogleCalendar(input: { accessToken: "token" }) { googleAccount { email } }`,
  createApiKey: `createApiKey(input: { name: "More", scopes: [read] }) { createdApiKey { secret } }`,
  endOtherSessions: "endOtherSessions(input: {}) { endedSessions }",
  inviteUser: `inviteUser(input: { email: "new@example.com" }) { issuedInvitation { token } }`,
  showPresence: `showPresence(input: { conversationId: "%", state: viewing }) { presence { state } }`,
  signOut: "signOut(input: {}) { signedOut }",
};

test("what requires a user is refused to every key, and says so", async () => {
  const { secret, id } = await anApiKey(database.pool, workspace.tenantId, ["manage_all"]);
  const revokeApiKey = `revokeApiKey(input: { id: "${id}" }) { apiKey { id } }`;
  for (const [name, call] of Object.entries({ ...FOR_USERS, revokeApiKey })) {
    const { code } = await api.ask(secret, `mutation { ${call.replace("%", conversationId)} }`);
    assert.equal(code, "PYKEY", name);
  }
});

test("a mutation outside the database asks for its scope", async () => {
  const { secret } = await anApiKey(database.pool, workspace.tenantId, ["send", "manage_contacts"]);
  const save = `mutation { saveChatbot(input: { name: "Bot" }) { chatbot { name } } }`;
  assert.equal((await api.ask(secret, save)).code, "PYDEN");
  const manager = await anApiKey(database.pool, workspace.tenantId, ["manage_all"]);
  assert.equal((await api.ask(manager.secret, save)).data.saveChatbot.chatbot.name, "Bot");
});

test("a key uploads a file with the scope send, reads its address, and downloads it", async (t) => {
  const media: MediaApi = await startMediaApi(t, database);
  try {
    const pdf = Buffer.from("%PDF-1.7\n%%EOF\n");
    const upload = async (scope: "read" | "send") => {
      const { secret } = await anApiKey(database.pool, workspace.tenantId, [scope]);
      const response = await fetch(`${media.url}/media?type=document`, {
        method: "POST",
        headers: { authorization: `Bearer ${secret}`, "content-type": "application/pdf" },
        body: pdf,
      });
      return { response, secret };
    };
    assert.equal((await upload("read")).response.status, 403);
    const { response, secret } = await upload("send");
    const { id } = (await response.json()) as { id: string };
    const query = "query ($id: UUID!) { media(id: $id) { url userId } }";
    const answer = await api.ask(secret, query, { id });
    assert.equal(answer.data.media.userId, null);
    const file = await fetch(new URL(answer.data.media.url, media.url));
    assert.deepEqual(Buffer.from(await file.arrayBuffer()), pdf);
  } finally {
    await media.close();
  }
});
