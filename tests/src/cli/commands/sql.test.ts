import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { createTestDatabase, type TestDatabase } from "../../../support/database.ts";
import { type Parley, parleyOn } from "./parley.ts";

let database: TestDatabase;
let parley: Parley;
before(async () => {
  database = await createTestDatabase();
  parley = parleyOn(database);
});
after(() => database.drop());

const VALUES = `select
  1 as int, 9007199254740993::int8 as big, 1.10::numeric as exact, true as yes, null as nothing,
  '\\xdeadbeef'::bytea as bytes, '2026-08-01'::date as day, '2026-08-01 12:00:00.123456+00'::timestamptz as instant,
  array[1, 2] as numbers, array['a', 'b,c'] as texts, array['2026-08-01'::date] as days,
  '{"a": [1]}'::jsonb as document, interval '1 day 2 hours' as while, '{}'::uuid[] as none`;

test("values come as PostgreSQL writes them", async () => {
  const { stdout } = await parley(["sql", VALUES]);
  const [head = "", rule = "", row = "", count] = stdout.split("\n");
  assert.match(head, /^int {2}big +exact +yes +nothing +bytes/);
  assert.match(rule, /^─+ {2}─+/);
  for (const value of [
    "9007199254740993",
    "1.10",
    "\\xdeadbeef",
    "2026-08-01",
    "12:00:00.123456",
    "{1,2}",
    '{a,"b,c"}',
  ]) {
    assert.ok(row.includes(value), value);
  }
  assert.equal(count, "(1 row)");
});

test("JSON loses nothing", async () => {
  const { rows } = await parley.json<{ rows: Record<string, unknown>[] }>(["sql", VALUES]);
  const { instant, ...rest } = rows[0]!;
  assert.match(String(instant), /12:00:00\.123456/);
  assert.deepEqual(rest, {
    ...{ int: 1, big: "9007199254740993", exact: "1.10", yes: true, nothing: null },
    ...{
      bytes: "\\xdeadbeef",
      day: "2026-08-01",
      numbers: [1, 2],
      texts: ["a", "b,c"],
      days: ["2026-08-01"],
    },
    ...{ document: { a: [1] }, while: "1 day 02:00:00", none: [] },
  });
});

test("statements that return nothing, and columns of one name", async () => {
  assert.equal((await parley(["sql", "create table kept (a int)"])).stdout, "CREATE\n");
  assert.equal((await parley(["sql", "insert into kept values (1), (2)"])).stdout, "INSERT 2\n");
  assert.deepEqual(await parley.json(["sql", "delete from kept"]), {
    command: "DELETE",
    rowCount: 2,
    rows: [],
  });
  assert.match((await parley(["sql", "table kept"])).stdout, /^a\n─\n\(0 rows\)\n$/);
  const twice = await parley.json<{ rows: unknown[] }>(["sql", "select 1 as a, 2 as a"]);
  assert.deepEqual(twice.rows, [{ a: 1, a_2: 2 }]);
});

test("rows copied to stdout are printed unchanged, and nothing else is", async () => {
  const statement = "copy (select i, 'a' || chr(9) || 'b' from generate_series(1, 3) i) to stdout";
  const { stdout, stderr, code } = await parley(["sql", statement]);
  assert.deepEqual([code, stdout, stderr], [0, "1\ta\\tb\n2\ta\\tb\n3\ta\\tb\n", "COPY 3\n"]);
  const csv = await parley(["sql", "COPY (select 1 as a, null as b) TO STDOUT with (format csv, header)"]);
  assert.equal(csv.stdout, "a,b\n1,\n");
  assert.deepEqual(await parley.json(["sql", "copy (select 1) to stdout"]), {
    ...{ command: "COPY", rowCount: 1, rows: [] },
    copied: "1\n",
  });
  const much = await parley([
    "sql",
    "copy (select repeat('x', 1000) from generate_series(1, 20000)) to stdout",
  ]);
  assert.equal(much.stdout.length, 20_000 * 1001);
  assert.match(
    await parley.failure(["sql", "copy (select 1) to stdout; drop table app_public.messages"]),
    /cannot insert multiple commands/,
  );
});

test("there is nothing to copy from: PYREQ", async () => {
  await parley(["sql", "create table filled (a int)"]);
  assert.match(await parley.failure(["sql", "copy filled from stdin"], { input: "1\n" }), /psql.*\(PYREQ\)$/);
});

test("an error is printed in PostgreSQL's words; only one statement is run", async () => {
  const bad: [statement: string, expected: RegExp][] = [
    ["selec 1", /syntax error.*\(42601\)$/],
    ["select 1; drop table app_public.messages", /cannot insert multiple commands.*\(42601\)$/],
    ["table app_public.nothing", /does not exist \(42P01\)$/],
    ["select 1/0", /division by zero \(22012\)$/],
    ["select 'x'::uuid", /invalid input syntax.*\(22P02\)$/],
    [
      `do $$ begin raise exception E'two\\nlines \\x1b[31m' using errcode = 'PYDEN'; end $$`,
      /two lines .*\(PYDEN\)$/,
    ],
  ];
  await Promise.all(
    bad.map(async ([statement, expected]) =>
      assert.match(await parley.failure(["sql", statement]), expected),
    ),
  );
  const { rows } = await database.pool.query(
    "select to_regclass('app_public.messages') is not null as is_there",
  );
  assert.equal(rows[0].is_there, true);
});

test("large results are printed, too", async () => {
  const many = await parley(["sql", "select i, repeat('x', 500) as wide from generate_series(1, 20000) i"]);
  assert.match(many.stdout, /\(20000 rows\)\n$/);
  assert.ok(many.stdout.includes("…"));
  const wide = await parley.json<{ rows: { wide: string }[] }>([
    "sql",
    "select repeat('x', 5000000) as wide",
  ]);
  assert.equal(wide.rows[0]?.wide.length, 5_000_000);
  const long = `select '${"x".repeat(100_000)}' as text`;
  assert.equal((await parley(["sql", long])).code, 0);
});

test("closing the output early is not an error", async () => {
  const program = join(import.meta.dirname, "../../../../src/parley.js");
  const statement = "select repeat('x', 100) from generate_series(1, 100000)";
  const script = 'set -o pipefail; "$0" "$1" sql "$2" | head -n 1';
  const env = { ...process.env, DATABASE_URL: database.ownerUrl };
  const run = promisify(execFile);
  const { stdout, stderr } = await run("bash", ["-c", script, process.execPath, program, statement], {
    env,
    cwd: "/",
  });
  assert.deepEqual([stdout, stderr], ["repeat\n", ""]);
});
