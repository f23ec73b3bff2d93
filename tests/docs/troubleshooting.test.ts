import assert from "node:assert/strict";
import { createServer } from "node:net";
import { after, before, test } from "node:test";
import pg from "pg";
import { runParley } from "../src/cli/commands/parley.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { document, plain, rowsOf, sectionOf } from "./document.ts";

const page = document("docs/troubleshooting.md");

let database: TestDatabase;
before(async () => {
  database = await createTestDatabase();
});
after(() => database.drop());

/** The errors of a section, as patterns: … is any text. */
function errorsOf(heading: string): { error: string; pattern: RegExp }[] {
  return rowsOf(sectionOf(page, heading)).map(([cell = ""]) => {
    const error = plain(cell);
    const parts = error.split("…").map((part) => RegExp.escape(part.trim()));
    return { error, pattern: new RegExp(`^(error: )?${parts.join(".*")}$`) };
  });
}

function assertOnPage(heading: string, printed: readonly string[], elsewhere: readonly string[]): void {
  const rows = errorsOf(heading);
  const provoked = rows.filter(({ pattern }) => printed.some((line) => pattern.test(line)));
  for (const line of printed)
    assert.ok(
      rows.some(({ pattern }) => pattern.test(line)),
      `the page has no row for: ${line}`,
    );
  const rest = rows.filter((row) => !provoked.includes(row)).map(({ error }) => error);
  assert.deepEqual(rest, elsewhere);
}

function at(change: (url: URL) => void): string {
  const url = new URL(database.ownerUrl);
  change(url);
  return url.href;
}

test("errors of a start are on the page as they print", async () => {
  const server = new pg.Client({ connectionString: database.ownerUrl });
  await server.connect();
  const empty = `${new URL(database.ownerUrl).pathname.slice(1)}_empty`;
  await server.query(`create database ${empty}`);
  const occupied = createServer();
  await new Promise<void>((resolve) => occupied.listen(0, "127.0.0.1", resolve));
  const { port } = occupied.address() as { port: number };
  try {
    const list = ["tenant", "list"];
    const runs: [args: string[], env: Record<string, string>][] = [
      [list, { DATABASE_URL: "postgres://u:p@127.0.0.1:1/x" }],
      [list, { DATABASE_URL: "postgres://u:p@no-such-host.invalid/x" }],
      [list, { DATABASE_URL: at((url) => (url.password = "wrong")) }],
      [list, { DATABASE_URL: at((url) => (url.pathname = "/no_such_database")) }],
      [list, { DATABASE_URL: at((url) => (url.pathname = `/${empty}`)) }],
      [list, { DATABASE_URL: "http://example.com" }],
      [list, { DATABASE_URL: database.ownerUrl, PORT: "many" }],
      [
        ["serve"],
        {
          DATABASE_URL: database.ownerUrl,
          DATABASE_AUTHENTICATOR_URL: database.authenticatorUrl,
          PORT: String(port),
        },
      ],
      [["serve"], { DATABASE_URL: database.ownerUrl, NODE_ENV: "production", PARLEY_SECRET_KEY: "" }],
    ];
    const printed = await Promise.all(
      runs.map(async ([args, env]) => (await runParley(args, { env })).stderr.trim()),
    );
    assertOnPage("## Starting", printed, [
      // tests/src/database and tests/embedded provoke these.
      'The database is behind this version of Parley: run "parley migrate" (PYUNA)',
      "The owner's login may not set the password of parley_authenticator … (PYUNA)",
      "… permission denied to create role …",
      "… keys.json is missing, but the database it belongs to is there …",
      "No permission for …",
    ]);
  } finally {
    occupied.close();
    await server.query(`drop database ${empty}`);
    await server.end();
  }
});

test("errors of SQL are on the page as PostgreSQL prints them", async () => {
  const client = await database.pool.connect();
  const refused = async (sql: string) => {
    await client.query("savepoint s");
    const error: Error = await client.query(sql).then(
      () => assert.fail(`not refused: ${sql}`),
      (reason) => reason,
    );
    await client.query("rollback to s");
    return error.message;
  };
  try {
    await client.query("begin");
    const printed = [
      await refused("select * from messages"),
      await refused("create table app_public.messages ()"),
      await refused("set local role parley_visitor; select * from app_private.outbox"),
      await refused("set local role parley_visitor; insert into app_public.tags (name) values ('x')"),
      await refused("set local statement_timeout = 1; select pg_sleep(1)"),
    ];
    assertOnPage("## SQL", printed, [
      "connection to server … failed: Connection refused",
      "… (PY…)`, SQLSTATE `PY…",
    ]);
  } finally {
    await client.query("rollback");
    client.release();
  }
});
