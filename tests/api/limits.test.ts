import assert from "node:assert/strict";
import { connect } from "node:net";
import { after, before, test } from "node:test";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { aPerson, aWorkspace, type Person } from "../support/people.ts";
import { type Api, startApi } from "./support/api.ts";

let database: TestDatabase;
let api: Api;
let agent: Person;
before(async () => {
  database = await createTestDatabase();
  api = await startApi(database, { DATABASE_STATEMENT_TIMEOUT_MS: "300" });
  agent = await aPerson(database.pool, (await aWorkspace(database.pool)).tenantId, "agent");
});
after(async () => {
  await api.close();
  await database.drop();
});

async function refused(query: string, variables?: object): Promise<void> {
  const begin = performance.now();
  const answer = await api.ask(agent, query, variables);
  assert.equal(answer.code, "PYLIM", answer.text.slice(0, 300));
  assert.equal(answer.status, 400);
  assert.equal(answer.data, undefined);
  assert.ok(performance.now() - begin < 5000, "it was quick to say so");
}

const repeat = (count: number, part: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => part(i)).join(" ");
const nest = (levels: number) =>
  `${"contact { conversations(first: 1) { nodes { ".repeat(levels)}id${" } } }".repeat(levels)}`;

test("depth", async () => {
  assert.deepEqual((await api.ask(agent, `{ conversations(first: 1) { nodes { ${nest(2)} } } }`)).errors, []);
  await refused(`{ conversations(first: 1) { nodes { ${nest(3)} } } }`);
  await refused(`{ conversations(first: 1) { nodes { ${nest(40)} } } }`);
  await refused(`query { conversations(first: 1) { nodes { ...a } } }
    fragment a on Conversation { contact { conversations(first: 1) { nodes { ...b } } } }
    fragment b on Conversation { contact { conversations(first: 1) { nodes { ...c } } } }
    fragment c on Conversation { contact { conversations(first: 1) { nodes { id } } } }`);
});

test("aliases and fields at the root", async () => {
  assert.deepEqual(
    (await api.ask(agent, `{ ${repeat(15, (i) => `a${i}: currentUser { id }`)} }`)).errors,
    [],
  );
  await refused(`{ ${repeat(16, (i) => `a${i}: currentUser { id }`)} }`);
  await refused(`mutation { ${repeat(16, () => "signOut(input: {}) { signedOut }")} }`);
  await refused(`{ conversations(first: 1) { nodes { ${repeat(16, (i) => `a${i}: id`)} } } }`);
  await refused(
    `{ currentUser { ...f } x: currentUser { ...f } } fragment f on User { ${repeat(8, (i) => `a${i}: id`)} }`,
  );
});

test("the number of objects in the answer", async () => {
  const lists = (a: number | string, b: number | string) =>
    `{ conversations(first: ${a}) { nodes { messages(first: ${b}) { nodes { id } } } } }`;
  assert.deepEqual((await api.ask(agent, lists(50, 50))).errors, []);
  await refused(lists(100, 100));
  await refused(lists(100_000, 100_000));
  await refused(`query ($n: Int) ${lists("$n", "$n")}`, { n: 100 });
  await refused(`query ($n: Int = 100) ${lists("$n", "$n")}`);
  assert.deepEqual(
    (await api.ask(agent, `query ($n: Int = 100) ${lists("$n", "$n")}`, { n: 10 })).errors,
    [],
  );
  await refused(
    "{ conversations(first: 100) { ...f } } fragment f on ConversationConnection { nodes { messages(first: 100) { nodes { id } } } }",
  );
});

test("fragments that spread each other repeatedly are counted, not expanded", async () => {
  const bombs = repeat(30, (i) => `fragment f${i} on Query { ...f${i + 1} ...f${i + 1} }`);
  await refused(`{ ...f0 } ${bombs} fragment f30 on Query { currentUser { id } currentMembership { role } }`);
});

test("fields, and few of them for those without a token", async () => {
  const query = (times: number) =>
    `{ ${repeat(times, (i) => `a${i}: currentUser { ...f }`)} } fragment f on User { ${repeat(29, () => "id")} }`;
  assert.deepEqual((await api.ask(agent, query(10))).errors, []);
  await refused(query(11));
  assert.equal((await api.ask(null, query(1))).status, 200);
  assert.equal((await api.ask(null, query(2))).code, "PYLIM");
});

test("tokens, without parsing them all", async () => {
  await refused(`{ ${repeat(3000, () => "a")} }`);
  await refused(
    `{ conversations(filter: ${"{ and: [".repeat(5000)}${"] }".repeat(5000)}) { nodes { id } } }`,
  );
  await refused("{a".repeat(40_000));
});

test("bytes: more than 100 kB are not read", async () => {
  const body = (length: number) => JSON.stringify({ query: "{ __typename }", padding: "x".repeat(length) });
  assert.equal((await api.post(body(90_000))).status, 200);
  for (const length of [100_001, 5_000_000]) {
    const answer = await api.post(body(length)).catch(() => null);
    if (answer === null) continue; // The connection was cut before the client had written it all.
    assert.equal(answer.status, 413);
    assert.equal(answer.code, "PYLIM");
  }
  assert.equal((await api.post("x", { "content-encoding": "gzip" })).status, 400);
});

test("variables nest no deeper than data does", async () => {
  const deep = `${"[".repeat(45_000)}${"]".repeat(45_000)}`;
  const answer = await api.post(`{"query": "query ($a: JSON) { __typename }", "variables": {"a": ${deep}}}`);
  assert.equal(answer.code, "PYLIM");
});

test("a statement that takes too long is cancelled, and so is a request", async () => {
  const client = await database.pool.connect();
  try {
    await client.query("begin");
    await client.query("lock table app_public.contacts in access exclusive mode");
    const begin = performance.now();
    const answer = await api.ask(agent, "{ contacts { nodes { id } } }");
    assert.equal(answer.code, "PYTIM");
    assert.equal(answer.data.contacts, null);
    assert.ok(performance.now() - begin < 10_000);
  } finally {
    await client.query("rollback");
    client.release();
  }
});

test("a malformed request is refused without being quoted", async () => {
  const good = JSON.stringify({ query: "{ __typename }" });
  assert.deepEqual((await api.post(good)).data, { __typename: "Query" });
  for (const body of [
    "",
    "{",
    "null",
    "[]",
    "7",
    '"x"',
    "{}",
    '{"query": 7}',
    '{"query": ""}',
    '{"query": "{", "secret": 1}',
    '{"query": "{ __typename }", "variables": []}',
    '{"query": "{ __typename }", "operationName": 7}',
    '{"query": "{ __typename }", "operationName": "none"}',
    '[{"query": "{ __typename }"}]',
    "\0",
    '{"query": "\\u0000"}',
  ]) {
    const answer = await api.post(body);
    assert.equal(answer.status, 400, body);
    assert.equal(answer.code, "PYREQ", body);
    assert.ok(!answer.text.includes("secret"));
  }
  // Valid documents, but nothing is run.
  const query = "query ($id: UUID!) { conversation(id: $id) { id } }";
  for (const variables of [undefined, { id: null }, { id: "not a UUID" }])
    assert.equal(
      (await api.post(JSON.stringify({ query, variables }))).status,
      400,
      JSON.stringify(variables),
    );
  assert.equal((await api.post(good, { "content-type": "text/plain" })).status, 400);
  assert.equal(
    (await api.post("query=%7B__typename%7D", { "content-type": "application/x-www-form-urlencoded" }))
      .status,
    400,
  );
  const get = await fetch(`${api.url}?query=%7B__typename%7D`);
  assert.equal(get.status, 405);
  assert.equal(get.headers.get("allow"), "POST");
  const subscription = await api.ask(agent, "subscription { messageAdded { id } }");
  assert.equal(subscription.code, "PYREQ");
});

test("neither names of fields nor the schema are revealed to guesses", async () => {
  const guess = await api.ask(
    agent,
    '{ conversation(id: "01900000-0000-7000-8000-000000000000") { contct { id } } }',
  );
  assert.equal(guess.code, "PYREQ");
  assert.ok(!/did you mean/i.test(guess.text), guess.text);
  const enums = await api.ask(
    agent,
    "query ($o: [ContactOrderBy!]) { contacts(orderBy: $o) { nodes { id } } }",
    { o: ["NAM_ASC"] },
  );
  assert.ok(!/did you mean/i.test(enums.text), enums.text);
  assert.equal((await api.ask(agent, "{ __schema { types { name } } }")).code, "PYREQ");
  assert.equal((await api.ask(agent, "{ __typename }")).data.__typename, "Query");
});

test("a request that never ends does not keep others from being answered", async () => {
  const { port } = new URL(api.url);
  const slow = connect(Number(port), "127.0.0.1");
  slow.write(
    "POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{",
  );
  assert.equal((await api.post(JSON.stringify({ query: "{ __typename }" }))).status, 200);
  slow.destroy();
});

test("a document without a token is short", async () => {
  const long = `{ currentUser { id } } # ${"x".repeat(5_000)}`;
  const answer = await api.ask(null, long);
  assert.equal(answer.code, "PYLIM");
  assert.deepEqual((await api.ask(agent, long)).errors, []);
});
