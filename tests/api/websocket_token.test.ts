import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, test } from "node:test";
import type { WebSocket } from "ws";
import { signAccessToken } from "../../src/graphql/auth/access_token.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { send } from "../support/messages.ts";
import { aConversation, aPerson, aWorkspace, type Person, type Workspace } from "../support/people.ts";
import { type Api, JWT_SECRET, startApi, tokenOf } from "./support/api.ts";
import { exchange, openSocket } from "./support/websocket.ts";

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
});
after(async () => {
  await api.close();
  await database.drop();
});

/** An access token that ends in some seconds; its end has whole seconds. */
function shortToken(person: Person, seconds: number) {
  return signAccessToken({ ...person, sessionExpiresAt: new Date(Date.now() + seconds * 1000) }, JWT_SECRET);
}

async function connect(token: string) {
  const socket = await openSocket(api);
  const { type } = await exchange(socket, {
    type: "connection_init",
    payload: { authorization: `Bearer ${token}` },
  });
  assert.equal(type, "connection_ack");
  return socket;
}

async function renew(socket: WebSocket, token: string) {
  const { type, payload } = await exchange(socket, {
    type: "ping",
    payload: { authorization: `Bearer ${token}` },
  });
  assert.equal(type, "pong");
  return payload as { expiresAt?: string; error?: { code: string; message: string } };
}

function subscribeTo(socket: WebSocket): string[] {
  const seen: string[] = [];
  socket.on("message", (data) => {
    const message = JSON.parse(String(data));
    if (message.type === "next" && message.id === "live") seen.push(message.payload.data.messageAdded.id);
  });
  socket.send(
    JSON.stringify({
      id: "live",
      type: "subscribe",
      payload: { query: "subscription { messageAdded { id } }" },
    }),
  );
  return seen;
}

test("a connection with a new token outlives the first one, and its subscriptions go on", async () => {
  const { token, expiresAt } = shortToken(agent, 3);
  const socket = await connect(token);
  const seen = subscribeTo(socket);
  const { expiresAt: renewedUntil } = await renew(socket, tokenOf(agent));
  assert.ok(Date.parse(renewedUntil!) > expiresAt.getTime());

  const ids: string[] = [];
  while (Date.now() < expiresAt.getTime() + 500) {
    ids.push(await send(database.pool, conversationId));
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const { payload } = await exchange(socket, {
    id: "1",
    type: "subscribe",
    payload: { query: "{ currentUser { id } }" },
  });
  assert.deepEqual(payload, { data: { currentUser: { id: agent.userId } } });
  while (seen.length < ids.length) await once(socket, "message");
  assert.deepEqual(seen, ids, "without a gap");
  socket.close();
});

test("without a new token the connection ends with the first one", async () => {
  const { token, expiresAt } = shortToken(agent, 2);
  const socket = await connect(token);
  assert.equal((await socket.closing).code, 4403);
  assert.ok(Math.abs(Date.now() - expiresAt.getTime()) < 1_000);
});

test("a token that ends earlier does not shorten the connection", async () => {
  const { token, expiresAt } = shortToken(agent, 60);
  const socket = await connect(token);
  const answer = await renew(socket, shortToken(agent, 5).token);
  assert.equal(answer.expiresAt, expiresAt.toISOString());
  socket.close();
});

test("a token that is not valid for the connection is refused, and does not close it before its own ends", async () => {
  const colleague = await aPerson(database.pool, workspace.tenantId, "owner");
  const stranger = await aPerson(database.pool, (await aWorkspace(database.pool)).tenantId, "agent");
  const { rows } = await database.pool.query(
    `insert into app_private.sessions (tenant_id, user_id, expires_at)
     values ($1, $2, now() + interval '1 day') returning id`,
    [agent.tenantId, agent.userId],
  );
  const { token, expiresAt } = shortToken(agent, 4);
  const socket = await connect(token);
  const seen = subscribeTo(socket);
  for (const wrong of [
    "nonsense",
    signAccessToken(
      { ...agent, sessionExpiresAt: new Date(Date.now() + 60_000) },
      "another secret, long enough",
    ).token,
    shortToken(agent, -10).token,
    tokenOf(colleague),
    tokenOf(stranger),
    tokenOf({ ...agent, sessionId: rows[0].id }),
    tokenOf({ ...agent, tenantId: stranger.tenantId }),
  ]) {
    const { error, expiresAt: none } = await renew(socket, wrong);
    assert.equal(error?.code, "PYTOK");
    assert.equal(none, undefined);
  }
  const id = await send(database.pool, conversationId);
  while (seen.length < 1) await once(socket, "message");
  assert.deepEqual(seen, [id], "it goes on");
  assert.equal((await socket.closing).code, 4403);
  assert.ok(Date.now() >= expiresAt.getTime() - 50, "at its own end");
});

test("a session that ends closes the connection at once, with a new token, too", async () => {
  const leaver = await aPerson(database.pool, workspace.tenantId, "agent");
  const socket = await connect(tokenOf(leaver));
  await renew(socket, tokenOf(leaver));
  await database.pool.query("update app_private.sessions set revoked_at = now() where id = $1", [
    leaver.sessionId,
  ]);
  assert.equal((await socket.closing).code, 4403);
});

test("a ping before connection_init renews nothing; one without a token is echoed", async () => {
  const socket = await openSocket(api);
  assert.equal((await renew(socket, tokenOf(agent))).error?.code, "PYTOK");
  assert.deepEqual(await exchange(socket, { type: "ping", payload: { at: 7 } }), {
    type: "pong",
    payload: { at: 7 },
  });
  assert.deepEqual(await exchange(socket, { type: "ping" }), { type: "pong" });
  socket.close();
});

test("a query runs after the subscriptions that were sent before it have begun", async () => {
  for (let round = 0; round < 10; round += 1) {
    const socket = await connect(tokenOf(agent));
    const seen = subscribeTo(socket);
    const answered = exchange(socket, { id: "1", type: "subscribe", payload: { query: "{ changeCursor }" } });
    await answered;
    const id = await send(database.pool, conversationId);
    while (seen.length < 1) await once(socket, "message");
    assert.deepEqual(seen, [id]);
    socket.close();
  }
});
