import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, test } from "node:test";
import { WebSocket } from "ws";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { aPerson, aWorkspace, type Person } from "../support/people.ts";
import { type Api, startApi, tokenOf } from "./support/api.ts";
import { exchange, openSocket, settle, subscribe } from "./support/websocket.ts";

let database: TestDatabase;
let api: Api;
let agent: Person;
before(async () => {
  database = await createTestDatabase();
  api = await startApi(database);
  agent = await aPerson(database.pool, (await aWorkspace(database.pool)).tenantId, "agent");
});
after(async () => {
  await api.close();
  await database.drop();
});

async function admitted() {
  const socket = await openSocket(api);
  const ack = await exchange(socket, {
    type: "connection_init",
    payload: { Authorization: `Bearer ${tokenOf(agent)}` },
  });
  assert.equal(ack.type, "connection_ack");
  return socket;
}

const codeOf = (answer: { payload?: unknown }) =>
  (answer.payload as { extensions: { code: string } }[])[0]!.extensions.code;

test("no connection is accepted without a valid token", async () => {
  const payloads = [
    undefined,
    {},
    { authorization: "" },
    { authorization: 7 },
    { authorization: "Bearer x" },
    { authorization: "x" },
  ];
  for (const payload of payloads) {
    const socket = await openSocket(api);
    socket.send(JSON.stringify({ type: "connection_init", payload }));
    const { code, reason } = await socket.closing;
    assert.equal(code, 4403);
    assert.match(reason, /^PYTOK/);
  }
});

test("a client that subscribes before connection_init is closed", async () => {
  const socket = await openSocket(api);
  socket.send(JSON.stringify({ id: "1", type: "subscribe", payload: { query: "{ __typename }" } }));
  assert.equal((await socket.closing).code, 4401);
});

test("a client that sends nothing is closed", { timeout: 10_000 }, async () => {
  const socket = await openSocket(api);
  assert.equal((await socket.closing).code, 4408);
});

test("queries and mutations work here too, with the same limits and masks", async () => {
  const socket = await admitted();
  const ask = (id: string, payload: object) => exchange(socket, { id, type: "subscribe", payload });
  const next = await ask("1", { query: "{ currentUser { id } }" });
  assert.equal(next.type, "next");
  assert.deepEqual(next.payload, { data: { currentUser: { id: agent.userId } } });

  const aliases = Array.from({ length: 16 }, (_, i) => `a${i}: currentUser { id }`).join(" ");
  const deep = JSON.parse(`${"[".repeat(100)}${"]".repeat(100)}`);
  const refused = {
    PYLIM: [
      { query: `{ ${aliases} }` },
      { query: `{${" a".repeat(3000)} }` },
      { query: "{ conversations(first: 100) { nodes { messages(first: 100) { nodes { id } } } } }" },
      { query: "query ($a: JSON) { __typename }", variables: { a: deep } },
    ],
    PYREQ: [
      { query: "{ nothing }" },
      { query: "{" },
      { query: "{ __schema { types { name } } }" },
      { query: "subscription { a: messageAdded { id } b: messageAdded { id } }" },
    ],
  };
  let id = 2;
  for (const [code, payloads] of Object.entries(refused))
    for (const payload of payloads) {
      const answer = await ask(String(id++), payload);
      assert.equal(answer.type, "error", JSON.stringify(payload).slice(0, 80));
      assert.equal(codeOf(answer), code, JSON.stringify(payload).slice(0, 80));
      const { message } = (answer.payload as { message: string }[])[0]!;
      assert.ok(!/did you mean/i.test(message));
    }
  socket.close();
});

test("a session that has ended cannot run operations", async () => {
  const leaver = await aPerson(database.pool, agent.tenantId, "agent");
  const socket = await openSocket(api);
  await exchange(socket, {
    type: "connection_init",
    payload: { authorization: `Bearer ${tokenOf(leaver)}` },
  });
  await database.pool.query("update app_private.sessions set revoked_at = now() where user_id = $1", [
    leaver.userId,
  ]);
  socket.send(JSON.stringify({ id: "1", type: "subscribe", payload: { query: "{ currentUser { id } }" } }));
  const { code, reason } = await socket.closing;
  assert.equal(code, 4403);
  assert.match(reason, /^PYTOK/);
});

const ENDS: Record<string, string> = {
  "it is signed out": "update app_private.sessions set revoked_at = now() where user_id = $1",
  "its person is deactivated": "update app_public.users set is_active = false where id = $1",
  "its membership is deactivated": "update app_public.memberships set is_active = false where user_id = $1",
  "its membership is removed": "delete from app_public.memberships where user_id = $1",
  "its person gets a new password": "select app_private.set_password($1, 'a new long password')",
};
for (const [what, statement] of Object.entries(ENDS))
  test(`a silent WebSocket ends with its session: when ${what}`, async () => {
    const leaver = await aPerson(database.pool, agent.tenantId, "agent");
    const [socket, other] = [await openSocket(api), await openSocket(api)];
    const payload = { authorization: `Bearer ${tokenOf(leaver)}` };
    for (const each of [socket, other]) await exchange(each, { type: "connection_init", payload });
    await database.pool.query(statement, [leaver.userId]);
    for (const each of [socket, other]) assert.equal((await each.closing).code, 4403);
  });

test("when the change feed was disconnected, clients are closed: they may have missed changes or the end of their session", async () => {
  const leaver = await aPerson(database.pool, agent.tenantId, "agent");
  const payload = { authorization: `Bearer ${tokenOf(leaver)}` };
  const [socket, other] = [await openSocket(api), await admitted()];
  await exchange(socket, { type: "connection_init", payload });
  await database.pool.query(
    `begin;
     select pg_terminate_backend(pid) from pg_stat_activity
     where application_name = 'parley change feed' and datname = current_database();
     alter table app_private.sessions disable trigger _800_notify_on_update;
     update app_private.sessions set revoked_at = now() where id = '${leaver.sessionId}';
     alter table app_private.sessions enable trigger _800_notify_on_update;
     commit`,
  );
  for (const { code, reason } of [await socket.closing, await other.closing]) {
    assert.equal(code, 1013);
    assert.match(reason, /^PYUNA/);
  }
  const again = await openSocket(api);
  again.send(JSON.stringify({ type: "connection_init", payload }));
  assert.equal((await again.closing).code, 4403);
  assert.equal((await admitted()).readyState, WebSocket.OPEN, "others come back");
});

test("a message is at most 100 kB, and is JSON of the protocol", async () => {
  const large = await admitted();
  large.send(
    JSON.stringify({
      id: "1",
      type: "subscribe",
      payload: { query: `{ __typename } #${"x".repeat(100_000)}` },
    }),
  );
  assert.equal((await large.closing).code, 1009);
  for (const message of ["{", "null", "[]", '{"type":"nothing"}', '{"type":"subscribe","id":7}']) {
    const socket = await admitted();
    socket.send(message);
    assert.equal((await socket.closing).code, 4400, message);
  }
  assert.equal((await admitted()).readyState, WebSocket.OPEN, "others go on");
});

test("one connection has at most fifty operations in progress", async () => {
  const socket = await admitted();
  const errors: string[] = [];
  socket.on("message", (data) => {
    const message = JSON.parse(String(data));
    if (message.type === "error") errors.push(codeOf(message));
  });
  for (let id = 0; id < 60; id += 1)
    socket.send(
      JSON.stringify({
        id: String(id),
        type: "subscribe",
        payload: { query: "subscription { messageAdded { id } }" },
      }),
    );
  const begin = performance.now();
  while (errors.length < 10 && performance.now() - begin < 5000)
    await new Promise((resolve) => setTimeout(resolve, 10));
  assert.deepEqual(errors, Array(10).fill("PYLIM"));
  socket.close();
});

test("operations that are completed at once count as long as they are being prepared", async () => {
  const socket = await admitted();
  const refused = new Promise<string>((resolve) =>
    socket.on("message", (data) => {
      const message = JSON.parse(String(data));
      if (message.type === "error" && message.id === "60") resolve(codeOf(message));
    }),
  );
  for (let id = 0; id <= 60; id += 1) {
    const payload = { query: "subscription { messageAdded { id } }" };
    socket.send(JSON.stringify({ id: String(id), type: "subscribe", payload }));
    if (id < 60) socket.send(JSON.stringify({ id: String(id), type: "complete" }));
  }
  assert.equal(await Promise.race([refused, settle(5_000)]), "PYLIM");
  socket.close();
});

test("other paths are not found, and say so", async () => {
  const socket = new WebSocket(api.wsUrl.replace("/graphql", "/elsewhere"), "graphql-transport-ws");
  const [error] = await once(socket, "error");
  assert.match((error as Error).message, /404/);
  const old = new WebSocket(api.wsUrl, "graphql-ws");
  await once(old, "error");
});

test("closing ends within two seconds, even with open subscriptions", async () => {
  const own = await startApi(database);
  const listeners = await Promise.all(
    Array.from({ length: 20 }, () => subscribe(own, tokenOf(agent), "subscription { messageAdded { id } }")),
  );
  // One that does not answer: its TCP socket is paused.
  const deaf = await openSocket(own);
  (deaf as unknown as { _socket: { pause(): void } })._socket.pause();
  const begin = performance.now();
  await own.close();
  assert.ok(performance.now() - begin < 10_000, `${performance.now() - begin} ms`);
  for (const { closed } of listeners) assert.equal((await closed).code, 1001);
  deaf.terminate();
});
