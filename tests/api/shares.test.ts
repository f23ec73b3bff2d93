import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { signRefreshToken } from "../../src/graphql/auth/refresh_token.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { aPerson, aWorkspace, type Person } from "../support/people.ts";
import { until } from "../support/until.ts";
import { type Api, JWT_SECRET, startApi } from "./support/api.ts";

/** The API's connections are everybody's: what one request, one session and one tenant may hold of them. */

let database: TestDatabase;
let api: Api;
let viewer: Person;
let colleague: Person;
let other: Person;
before(async () => {
  database = await createTestDatabase();
  // Four places: two for one tenant at most, two for a session.
  api = await startApi(database, { DATABASE_POOL_SIZE: "6", DATABASE_CONNECTION_TIMEOUT_MS: "500" });
  const { tenantId } = await aWorkspace(database.pool);
  viewer = await aPerson(database.pool, tenantId, "viewer");
  colleague = await aPerson(database.pool, tenantId, "agent");
  other = await aPerson(database.pool, (await aWorkspace(database.pool)).tenantId, "agent");
});
after(async () => {
  await api.close();
  await database.drop();
});

const fifteen = (field: (at: number) => string) =>
  `{ ${Array.from({ length: 15 }, (_, at) => `a${at}: ${field(at)}`).join(" ")} }`;
const TAGS = fifteen((at) => `tags(first: ${at + 1}) { nodes { id } }`);
const QUICK = "{ conversations(first: 5) { nodes { id } } }";

/** Statements of the API that wait for the lock. */
async function stuck(): Promise<number> {
  const { rows } = await database.pool.query(
    `select count(*)::int as stuck from pg_stat_activity
     where datname = current_database() and application_name = 'parley api' and wait_event_type = 'Lock'`,
  );
  return rows[0].stuck;
}

/** Nobody reads tags while the work runs. */
async function withSlowTags(work: () => Promise<void>): Promise<void> {
  const client = await database.pool.connect();
  try {
    await client.query("begin");
    await client.query("lock table app_public.tags");
    await work();
  } finally {
    await client.query("rollback");
    client.release();
  }
}

test("a request holds one connection, however many fields it asks for", async () => {
  let asked: Promise<unknown> = Promise.resolve();
  await withSlowTags(async () => {
    asked = api.ask(viewer, TAGS);
    await until("the first field to be under way", async () => (await stuck()) > 0);
    assert.deepEqual(
      (await api.ask(viewer, QUICK)).errors,
      [],
      "there is a second connection for its session",
    );
    assert.equal(await stuck(), 1);
  });
  assert.deepEqual(((await asked) as { errors: unknown[] }).errors, []);
});

test("a session and its tenant are limited to their share; others are answered, and a request that waits too long gets an error", async () => {
  const asked: Promise<{ code: string | undefined; text: string }>[] = [];
  await withSlowTags(async () => {
    for (let count = 0; count < 8; count += 1) asked.push(api.ask(viewer, TAGS));
    await until("its share to be in use", async () => (await stuck()) === 2);
    for (let count = 0; count < 3; count += 1)
      assert.deepEqual((await api.ask(other, QUICK)).errors, [], "another tenant is answered");
    const refused = await api.ask(colleague, QUICK);
    assert.equal(refused.code, "PYUNA");
    assert.match(refused.text, /tenant or session/);
    assert.equal(await stuck(), 2);
  });
  for (const { code } of await Promise.all(asked)) assert.ok(code === undefined || code === "PYUNA", code);
  assert.deepEqual((await api.ask(colleague, QUICK)).errors, [], "and all is well afterwards");
});

test("a request that was answered with a timeout does not continue with its other fields", async () => {
  const hasty = await startApi(database, { DATABASE_STATEMENT_TIMEOUT_MS: "200" });
  try {
    await withSlowTags(async () => {
      const answer = await hasty.ask(viewer, TAGS);
      assert.equal(answer.code, "PYTIM");
      await until("its statement to end", async () => (await stuck()) === 0);
      await new Promise((resolve) => setImmediate(resolve));
      assert.equal(await stuck(), 0);
    });
  } finally {
    await hasty.close();
  }
});

test("refresh tokens of one session wait for one another, and hold up nobody else", async () => {
  const client = await database.pool.connect();
  await client.query("begin");
  await client.query("select from app_private.sessions where id = $1 for update", [viewer.sessionId]);
  const refreshToken = signRefreshToken({ sessionId: viewer.sessionId, generation: 1 }, JWT_SECRET);
  const refresh = `mutation { refreshSession(input: { refreshToken: "${refreshToken}" }) { session { userId } } }`;
  const answers = Promise.all(Array.from({ length: 10 }, () => api.ask(null, refresh)));
  await until("an exchange to wait for the session", async () => (await stuck()) > 0);
  assert.equal((await api.ask(other, QUICK)).code, undefined);
  assert.equal(await stuck(), 1);
  await client.query("rollback");
  client.release();
  assert.deepEqual(new Set((await answers).map(({ code }) => code)), new Set([undefined]));
});

test("conditions of filters count as fields, in variables too, and in each place where a variable is used", async () => {
  const or = (count: number) => ({
    or: Array.from({ length: count }, (_, at) => ({ phone: { includesInsensitive: `zz${at}` } })),
  });
  const list = "query ($f: ContactFilter) { contacts(first: 1, filter: $f) { nodes { id } } }";
  assert.deepEqual((await api.ask(viewer, list, { f: or(100) })).errors, []);
  assert.equal((await api.ask(viewer, list, { f: or(200) })).code, "PYLIM");
  const nested = Array.from({ length: 35 }).reduce<object>((filter) => ({ not: filter }), or(140));
  assert.equal((await api.ask(viewer, list, { f: nested })).code, "PYLIM");
  const twice = `query ($f: ContactFilter) { ${[1, 2, 3].map((n) => `a${n}: contacts(first: 1, filter: $f) { nodes { id } }`).join(" ")} }`;
  assert.equal((await api.ask(viewer, twice, { f: or(60) })).code, "PYLIM");
  const literal = `{ contacts(first: 1, filter: { or: [${"{ phone: { isNull: true } } ".repeat(160)}] }) { nodes { id } } }`;
  assert.equal((await api.ask(viewer, literal)).code, "PYLIM");
  const byDefault = `query ($f: ContactFilter = { or: [${"{ phone: { isNull: true } } ".repeat(160)}] }) {
    contacts(first: 1, filter: $f) { nodes { id } } }`;
  assert.equal((await api.ask(viewer, byDefault)).code, "PYLIM");
  const phones = Array.from({ length: 2000 }, (_, at) => `+1555${at}`);
  assert.deepEqual((await api.ask(viewer, list, { f: { phone: { in: phones } } })).errors, []);
  const ordered = "query ($o: [ContactOrderBy!]) { contacts(first: 1, orderBy: $o) { nodes { id } } }";
  assert.equal((await api.ask(viewer, ordered, { o: Array(1000).fill("ID_ASC") })).code, "PYLIM");
});
