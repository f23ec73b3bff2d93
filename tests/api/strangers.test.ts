import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { WebSocket } from "ws";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { aPerson, aWorkspace, type Person, type Workspace } from "../support/people.ts";
import { until } from "../support/until.ts";
import { type Api, startApi, tokenOf } from "./support/api.ts";
import { SIGN_IN } from "./support/documents.ts";
import { PASSWORD, setPassword } from "./support/password.ts";
import { exchange, openSocket } from "./support/websocket.ts";

/** Strangers, however many, keep nobody from signing in or listening. */

let database: TestDatabase;
let api: Api;
let workspace: Workspace;
before(async () => {
  database = await createTestDatabase();
  api = await startApi(database, { TRUSTED_PROXIES: "loopback" });
  workspace = await aWorkspace(database.pool);
});
after(async () => {
  await api.close();
  await database.drop();
});

async function someone(): Promise<Person> {
  const person = await aPerson(database.pool, workspace.tenantId, "agent");
  await setPassword(database.pool, person);
  return person;
}

/** The code of the refusal; undefined when it succeeded. */
async function signIn(email: string, password: string, source: string): Promise<string | undefined> {
  const body = JSON.stringify({ query: SIGN_IN, variables: { input: { email, password } } });
  return (await api.post(body, { "x-forwarded-for": source })).code;
}

test("during a flood of unknown sign-ins, users can sign in from known and from new sources", async () => {
  const regular = await someone();
  const traveller = await someone();
  assert.equal(await signIn(regular.email, PASSWORD, "203.0.113.1"), undefined);
  let isOver = false;
  const flood = Array.from({ length: 40 }, async (_, at) => {
    const codes = new Set<string | undefined>();
    for (let round = 0; !isOver; round += 1)
      codes.add(await signIn(`x${at}-${round}@flood.example`, "a guess", "203.0.113.1"));
    return codes;
  });
  for (let time = 0; time < 3; time += 1) {
    assert.equal(
      await signIn(regular.email, PASSWORD, "203.0.113.1"),
      undefined,
      "also from the flood's source",
    );
    assert.equal(await signIn(traveller.email, PASSWORD, `198.51.100.${time}`), undefined);
  }
  isOver = true;
  const codes = new Set((await Promise.all(flood)).flatMap((each) => [...each]));
  assert.ok(codes.has("PYUNA") && !codes.has(undefined), [...codes].join());
});

test("guessing a user's password locks out only the source of the guesses", async () => {
  const person = await someone();
  for (let guess = 0; guess < 12; guess += 1) await signIn(person.email, "a guess", "203.0.113.2");
  assert.equal(await signIn(person.email, PASSWORD, "203.0.113.2"), "PYSGN");
  assert.equal(await signIn(person.email, PASSWORD, "198.51.100.9"), undefined);
});

test("connections without a token do not use places of those with one; the oldest are closed first", async () => {
  const person = await aPerson(database.pool, workspace.tenantId, "agent");
  const silent = Array.from({ length: 230 }, () => new WebSocket(api.wsUrl, "graphql-transport-ws"));
  let closed = 0;
  for (const socket of silent) {
    socket.on("error", () => {});
    socket.once("close", () => {
      closed += 1;
    });
  }
  await until("the oldest of them to be shown out", () => closed === 30);
  const socket = await openSocket(api);
  const authorization = `Bearer ${tokenOf(person)}`;
  assert.equal(
    (await exchange(socket, { type: "connection_init", payload: { authorization } })).type,
    "connection_ack",
  );
  const more = Array.from({ length: 230 }, () => new WebSocket(api.wsUrl, "graphql-transport-ws"));
  for (const each of more) each.on("error", () => {});
  await until("the first ones to be shown out", () => closed === 230);
  assert.equal(socket.readyState, socket.OPEN);
  for (const each of [...silent, ...more, socket]) each.terminate();
});

test("a session holds at most fifty connections, and can reconnect when one is closed", async () => {
  const person = await aPerson(database.pool, workspace.tenantId, "agent");
  const authorization = `Bearer ${tokenOf(person)}`;
  const enter = async () => {
    const socket = await openSocket(api);
    const letIn = exchange(socket, { type: "connection_init", payload: { authorization } }).then(() => null);
    return { socket, refusal: await Promise.race([letIn, socket.closing]) };
  };
  const sockets: WebSocket[] = [];
  for (let count = 0; count < 50; count += 1) {
    const { socket, refusal } = await enter();
    assert.equal(refusal, null);
    sockets.push(socket);
  }
  assert.equal((await enter()).refusal?.code, 1013);
  sockets.pop()!.terminate();
  await until("a place to be free", async () => {
    const { socket, refusal } = await enter();
    if (refusal === null) sockets.push(socket);
    return refusal === null;
  });
  for (const socket of sockets) socket.terminate();
});
