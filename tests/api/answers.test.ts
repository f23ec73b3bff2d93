import assert from "node:assert/strict";
import { connect, type Socket } from "node:net";
import { before, test } from "node:test";
import { WebSocket } from "ws";
import type { TestDatabase } from "../support/database.ts";
import { aPerson, aWorkspace, type Person } from "../support/people.ts";
import { until } from "../support/until.ts";
import { type Api, borrowApi, tokenOf } from "./support/api.ts";

/** Answers have a bound in bytes, and so has what clients leave unread. */

let database: TestDatabase;
let api: Api;
let agent: Person;
let other: Person;
before(async () => {
  ({ database, api } = await borrowApi());
  const { tenantId } = await aWorkspace(database.pool);
  agent = await aPerson(database.pool, tenantId, "agent");
  other = await aPerson(database.pool, (await aWorkspace(database.pool)).tenantId, "agent");
  await database.pool.query(
    `insert into app_public.contacts (tenant_id, name, metadata)
     select $1, 'large', jsonb_build_object('x', repeat('y', 30000)) from generate_series(1, 100)`,
    [tenantId],
  );
});

/** 3 MB for each list. */
const lists = (count: number) =>
  `{ ${Array.from({ length: count }, (_, at) => `a${at}: contacts(first: 100) { nodes { metadata } }`).join(" ")} }`;

test("an answer is at most 10 MB", async () => {
  assert.deepEqual((await api.ask(agent, lists(3))).errors, []);
  const answer = await api.ask(agent, lists(4));
  assert.equal(answer.code, "PYLIM");
  assert.equal(answer.data, undefined);
});

test("a client that leaves answers unread gets no more, other clients do", async () => {
  const body = JSON.stringify({ query: lists(3) });
  const head = `POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAuthorization: Bearer ${tokenOf(agent)}\r\nContent-Length: ${body.length}\r\n\r\n`;
  const idle: Socket[] = [];
  const leaveUnread = () => {
    const socket = connect(Number(new URL(api.url).port), "127.0.0.1").pause();
    socket.on("error", () => {});
    socket.write(head + body);
    idle.push(socket);
  };
  for (let count = 0; count < 4; count += 1) leaveUnread();
  await until("its share to be used up", async () => {
    if ((await api.ask(agent, lists(1))).code === "PYUNA") return true;
    // On a busy machine some of them were refused, because they waited too long for a connection.
    if (idle.length < 12) leaveUnread();
    return false;
  });
  assert.deepEqual((await api.ask(other, lists(1))).errors, []);
  for (const socket of idle) socket.destroy();
  await until("its share to be free again", async () => (await api.ask(agent, lists(1))).code === undefined);
});

test("a WebSocket that does not read its answers is closed", async () => {
  const connections = () =>
    new Promise<number>((resolve) => api.server.getConnections((_error, count) => resolve(count)));
  const before = await connections();
  const socket = new WebSocket(api.wsUrl, "graphql-transport-ws");
  await new Promise((resolve) => socket.once("open", resolve));
  const closed = new Promise<number>((resolve) => socket.once("close", resolve));
  const say = (message: object) => socket.send(JSON.stringify(message));
  say({ type: "connection_init", payload: { authorization: `Bearer ${tokenOf(agent)}` } });
  await new Promise((resolve) => socket.once("message", resolve));
  socket.pause();
  for (let id = 0; id < 10; id += 1) say({ id: String(id), type: "subscribe", payload: { query: lists(3) } });
  // A socket that is paused sees no end: look at the server's side.
  await until("the server to cut it off", async () => (await connections()) <= before);
  socket.resume();
  await closed;
});

test("metadata is at most 32 kB, wherever it is written", async () => {
  const large = { x: "y".repeat(40_000) };
  const create = "mutation ($c: ContactInput!) { createContact(input: { contact: $c }) { contact { id } } }";
  const answer = await api.ask(agent, create, { c: { name: "large", metadata: large } });
  assert.equal(answer.code, "PYCON");
  assert.match(answer.text, /metadata.*must be at most 32 kB/);
  for (const table of ["contacts", "conversations", "chatbots", "whatsapp_flows", "messages"]) {
    const { rows } = await database.pool.query(
      "select from pg_constraint where conrelid = ('app_public.' || $1)::regclass and conname = $1 || '_metadata_is_at_most_32_kb'",
      [table],
    );
    assert.equal(rows.length, 1, table);
  }
});

test("metadata that a chatbot or a merge would make too large stays unchanged", async () => {
  const { rows } = await database.pool.query(
    `select app_private.change_contacts(jsonb_build_array(jsonb_build_object(
       'contact_id', id, 'change', jsonb_build_object('fields', jsonb_build_object('name', 'New', 'z', repeat('z', 5000))))))
     from app_public.contacts where name = 'large' limit 1`,
  );
  assert.equal(rows.length, 1);
  const after = await database.pool.query(
    "select metadata ? 'z' as grew from app_public.contacts where name = 'New'",
  );
  assert.deepEqual(after.rows, [{ grew: false }]);
});
