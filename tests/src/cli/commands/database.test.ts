import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import pg from "pg";
import { createTestDatabase, type TestDatabase } from "../../../support/database.ts";
import { aConversation, aWorkspace } from "../../../support/people.ts";
import { type Parley, parleyOn, runParley } from "./parley.ts";

let database: TestDatabase;
let parley: Parley;
before(async () => {
  database = await createTestDatabase();
  parley = parleyOn(database);
});
after(() => database.drop());

test("the address is the owner's", async () => {
  assert.deepEqual(await parley.json(["database", "url"]), { url: database.ownerUrl, isEmbedded: false });
  assert.equal((await parley(["database", "url"])).stdout, `${database.ownerUrl}\n`);
});

test("stats count what there is, by tenant", async () => {
  const workspace = await aWorkspace(database.pool);
  const { conversationId } = await aConversation(database.pool, workspace);
  await database.pool.query(
    `insert into app_public.messages (conversation_id, type, content) values ($1, 'text', '{"body": "Hello"}')`,
    [conversationId],
  );
  type Stats = { tenants: Record<string, unknown>[]; operations: Record<string, unknown> };
  const { tenants, operations } = await parley.json<Stats>(["stats"]);
  const { tenant, messages, outbox, conversations, open_conversations: open } = tenants[0]!;
  assert.deepEqual([tenant, messages, outbox, conversations, open], [workspace.slug, 1, 1, 1, 1]);
  assert.equal(operations.outboxQueued, 1);
  assert.equal(operations.workers, 0);
  assert.deepEqual(operations.missingPartitions, []);
  const { stdout } = await parley(["stats"]);
  assert.match(stdout, /^tenant +status +users/);
  assert.match(stdout, /^outbox queued +1$/m);
});

test("migrating a database that is up to date changes nothing", async () => {
  assert.deepEqual(await parley.json(["migrate"]), { before: "current", after: "current" });
  assert.match((await parley(["migrate"])).stdout, /^The schema was up to date\n$/);
});

test("the error for a database without the schema names `parley migrate`, which repairs it", async () => {
  const server = new pg.Client({ connectionString: database.ownerUrl });
  await server.connect();
  const url = new URL(database.ownerUrl);
  url.pathname += "_empty";
  await server.query(`create database ${url.pathname.slice(1)}`);
  try {
    const empty = parleyOn({ ownerUrl: url.href });
    const commands = [
      ["tenant", "list"],
      ["stats"],
      ["user", "list"],
      ["chatbot", "list"],
      ["work"],
      ["serve"],
    ];
    for (const command of commands) {
      assert.match(
        await empty.failure(command),
        /has no schema yet: run "parley migrate" \(PYUNA\)$/,
        command.join(" "),
      );
    }
    assert.equal((await empty(["sql", "select 1 as one"])).code, 0);
    assert.deepEqual(await empty.json(["migrate"]), { before: "missing", after: "current" });
    assert.deepEqual(await empty.json(["tenant", "list"]), []);
  } finally {
    await server.query(`drop database ${url.pathname.slice(1)} with (force)`);
    await server.end();
  }
});

test("an unusable database is reported in one line, without its password", async () => {
  const changed = (change: (url: URL) => void) => {
    const url = new URL(database.ownerUrl);
    change(url);
    return url.href;
  };
  const bad: [url: string, expected: RegExp][] = [
    ["postgres://u:s3cr3t@127.0.0.1:1/x", /cannot be reached.*ECONNREFUSED.*\(PYUNA\)$/],
    ["postgres://u:s3cr3t@no-such-host.invalid/x", /cannot be reached.*\(PYUNA\)$/],
    [changed((url) => (url.pathname = "/nothing_here")), /does not exist \(PYUNA\)$/],
    [changed((url) => (url.password = "s3cr3t")), /password authentication failed.*\(PYUNA\)$/],
    ["mysql://u:s3cr3t@127.0.0.1/x", /^error: DATABASE_URL: is not a postgres:\/\/ address$/],
    ["nonsense", /^error: DATABASE_URL: is not a postgres:\/\/ address$/],
  ];
  await Promise.all(
    bad.map(async ([url, expected]) => {
      const line = await parleyOn({ ownerUrl: url }).failure(["tenant", "list"]);
      assert.match(line, expected);
      assert.doesNotMatch(line, /s3cr3t/);
    }),
  );
});

test("a stack trace is shown only on request", async () => {
  const env = { DATABASE_URL: "postgres://u@127.0.0.1:1/x" };
  const quiet = await runParley(["tenant", "list"], { env });
  assert.doesNotMatch(quiet.stderr, /\n {4}at /);
  const loud = await runParley(["tenant", "list"], { env: { ...env, LOG_LEVEL: "debug" } });
  assert.match(loud.stderr, /^error: [\s\S]*\n {4}at /);
});
