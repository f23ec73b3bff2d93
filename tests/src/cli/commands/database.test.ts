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

test("migrations are listed, and tried out", async () => {
  const { migrations } = await parley.json<{ migrations: { file: string; appliedAt: string }[] }>([
    "migrate",
    "--show",
  ]);
  assert.equal(migrations[0]?.file, "000001-initial-schema.sql");
  assert.ok(Date.parse(migrations[0]?.appliedAt ?? ""));
  assert.match((await parley(["migrate", "--show"])).stdout, /000001-initial-schema\.sql +20\d\d-/);
  assert.deepEqual(await parley.json(["migrate", "--dry-run"]), { state: "current", migrations: [] });
});

test("tables are maintained, and their sizes shown", async () => {
  type Done = { tables: { table: string; bytesBefore: number; bytesAfter: number }[] };
  for (const what of ["vacuum", "analyze", "reindex"]) {
    const { tables } = await parley.json<Done>([
      "maintenance",
      what,
      "--table",
      "app_public.contacts,app_public.messages",
    ]);
    assert.ok(tables.some(({ table }) => table === "app_public.contacts"));
    assert.ok(tables.filter(({ table }) => table.startsWith("app_private.messages_")).length >= 5);
    assert.ok(tables.every(({ bytesAfter }) => bytesAfter > 0));
  }
  assert.match(
    await parley.failure(["maintenance", "vacuum", "--table", "contacts"]),
    /no table contacts.*\(PYREQ\)$/,
  );
});

test("the database is recreated and dropped, by its name only", async () => {
  const doomed = await createTestDatabase();
  const on = parleyOn(doomed);
  const name = new URL(doomed.ownerUrl).pathname.slice(1);
  await aWorkspace(doomed.pool);
  await doomed.pool.end();
  for (const command of ["recreate", "drop"]) {
    assert.match(await on.failure(["database", command]), /--confirm must be the name, .*\(PYREQ\)$/);
    assert.match(
      await on.failure(["database", command, "--confirm", "parley"]),
      /Nothing was done.*\(PYREQ\)$/,
    );
  }
  assert.equal((await on.json<unknown[]>(["tenant", "list"])).length, 1);
  assert.deepEqual(await on.json(["database", "recreate", "--confirm", name]), { recreated: name });
  assert.deepEqual(await on.json(["tenant", "list"]), []);
  // Other databases of the server use the roles.
  assert.match(
    await on.failure(["database", "drop", "--confirm", name, "--roles"]),
    /roles of Parley: they were kept \(PYREQ\)$/,
  );
  assert.match(await on.failure(["tenant", "list"]), /does not exist \(PYUNA\)$/);
});
