import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import pg from "pg";
import { openThrowaway } from "../../../embedded/throwaway.ts";
import { createLog } from "../../../src/base/log.ts";
import { MIGRATIONS_FOLDER, migrate } from "../../../src/database/migrate.ts";
import { listMigrations, tryMigrations } from "../../../src/database/preview_migrations.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";

const log = createLog("silent");

/** A copy of the migrations with more of them; each is a name and its SQL. */
async function withMigrations(
  more: [name: string, sql: string][],
  work: (folder: string, committed: string) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "parley-migrations-"));
  try {
    await cp(MIGRATIONS_FOLDER, folder, { recursive: true });
    const committed = join(folder, "committed");
    const first = await readFile(join(committed, await firstOf(committed)), "utf8");
    let previous = /^--! Hash: (\S+)$/m.exec(first)?.[1] ?? "";
    for (const [name, sql] of more) {
      const hash = `sha1:${createHash("sha1").update(`${previous}\n${sql}\n`).digest("hex")}`;
      await writeFile(join(committed, name), `--! Previous: ${previous}\n--! Hash: ${hash}\n\n${sql}\n`);
      previous = hash;
    }
    await work(folder, committed);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function firstOf(committed: string): Promise<string> {
  return (await readdir(committed)).find((name) => name.startsWith("000001")) as string;
}

describe("a migration that fails is named, with its error", () => {
  let database: TestDatabase;
  before(async () => {
    database = await createTestDatabase();
  });
  after(() => database.drop());

  const failing: [what: string, sql: string, message: RegExp][] = [
    [
      "at run time",
      "create table app_private.half (n int);\nselect 1 / 0;",
      /^000002-bad\.sql: division by zero \(22012\)$/,
    ],
    [
      "in its words",
      "create table app_private.half (n int);\nselekt 1;",
      /^000002-bad\.sql, line 5: syntax error .* \(42601\)$/,
    ],
    [
      "by a name",
      "create table app_private.half (n int);\nselect no_such;",
      /^000002-bad\.sql, line 5: column "no_such" does not exist \(42703\)$/,
    ],
  ];
  for (const [what, sql, message] of failing)
    test(what, () =>
      withMigrations([["000002-bad.sql", sql]], async (migrationsFolder) => {
        await assert.rejects(migrate(database.ownerUrl, log, { migrationsFolder }), {
          code: "PYMIG",
          message,
        });
        const { rows } = await database.pool.query(
          "select to_regclass('app_private.half') as half, max(filename) as newest from graphile_migrate.migrations",
        );
        assert.deepEqual(rows, [{ half: null, newest: "000001.sql" }], "the database is as it was");
      }),
    );

  test("the second of two", () =>
    withMigrations(
      [
        ["000002-good.sql", "select 1;"],
        ["000003-bad.sql", "select 1 / 0;"],
      ],
      (migrationsFolder) =>
        assert.rejects(migrate(database.ownerUrl, log, { migrationsFolder }), {
          code: "PYMIG",
          message: /^000003-bad\.sql: division by zero/,
        }),
    ));
});

describe("a committed file that was changed is named, and nothing is run", () => {
  let database: TestDatabase;
  before(async () => {
    database = await createTestDatabase();
  });
  after(() => database.drop());

  const refused = (migrationsFolder: string, message: RegExp) =>
    assert.rejects(migrate(database.ownerUrl, log, { migrationsFolder }), { code: "PYMIG", message });

  test("one that this database has run", () =>
    withMigrations([], async (folder, committed) => {
      const path = join(committed, await firstOf(committed));
      await writeFile(path, `${await readFile(path, "utf8")}select 1;\n`);
      await refused(folder, /^000001-[\w-]+\.sql was changed: .*Hash/);
    }));

  test("one that this database has run, with a hash that fits", () =>
    withMigrations([], async (folder, committed) => {
      const path = join(committed, await firstOf(committed));
      const header = /^(--! Previous: -\n)--! Hash: \S+\n(--! Message: .*\n)\n([\s\S]*)$/;
      const [, previous, message, body = ""] = header.exec(await readFile(path, "utf8")) ?? [];
      const changed = `${body.trim()}\nselect 1;`;
      const hash = createHash("sha1").update(`${changed}\n`).digest("hex");
      await writeFile(path, `${previous}--! Hash: sha1:${hash}\n${message}\n${changed}\n`);
      await refused(folder, /^000001-[\w-]+\.sql was changed: this database has run another version/);
    }));

  test("one that is still to be run: those before it wait too", () =>
    withMigrations(
      [
        ["000002-good.sql", "create table app_private.early (n int);"],
        ["000003-later.sql", "select 1;"],
      ],
      async (folder, committed) => {
        const path = join(committed, "000003-later.sql");
        await writeFile(path, (await readFile(path, "utf8")).replace("select 1", "select 2"));
        await refused(folder, /^000003-later\.sql was changed/);
        const { rows } = await database.pool.query("select to_regclass('app_private.early') as early");
        assert.deepEqual(rows, [{ early: null }]);
      },
    ));

  test("one whose line endings were changed", () =>
    withMigrations([["000002-lines.sql", "select 1;"]], async (folder, committed) => {
      const path = join(committed, "000002-lines.sql");
      await writeFile(path, (await readFile(path, "utf8")).replaceAll("\n", "\r\n"));
      await refused(folder, /000002-lines\.sql/);
    }));
});

test("a dry run says what would happen, and leaves nothing", async () => {
  const database = await createTestDatabase();
  try {
    const good =
      "alter table app_public.tags add column weight int;\ncreate table app_private.extra (n int);";
    await withMigrations(
      [
        ["000002-good.sql", good],
        ["000003-later.sql", "--! no-transaction\ncreate index concurrently on app_private.extra (n);"],
      ],
      async (folder) => {
        const tried = await tryMigrations(database.ownerUrl, folder);
        assert.deepEqual(
          tried.map(({ file, ms, lockedTables }) => [file, ms === null, lockedTables]),
          [
            ["000002-good.sql", false, ["app_public.tags"]],
            ["000003-later.sql", true, []],
          ],
        );
        const { rows } = await database.pool.query("select to_regclass('app_private.extra') as extra");
        assert.deepEqual(rows, [{ extra: null }]);
        const listed = await listMigrations(database.pool, folder);
        assert.deepEqual(
          listed.map(({ appliedAt }) => appliedAt !== null),
          [true, false, false],
        );
      },
    );
    await withMigrations([["000002-bad.sql", "select 1;\nselect 1 / 0;"]], (folder) =>
      assert.rejects(tryMigrations(database.ownerUrl, folder), {
        code: "PYMIG",
        message: /^000002-bad\.sql: division by zero \(22012\)$/,
      }),
    );
  } finally {
    await database.drop();
  }
});

test("a server that is stopped right after a failure does not take the reason with it", async () => {
  const server = await openThrowaway({ log: createLog("silent"), durable: false });
  const client = new pg.Client({ connectionString: server.superuserUrl });
  await client.connect();
  await client.query("create database parley").finally(() => client.end());
  const url = Object.assign(new URL(server.superuserUrl), { pathname: "/parley" }).href;
  await withMigrations([["000002-bad.sql", "select 1 / 0;"]], async (migrationsFolder) => {
    const failed = migrate(url, log, { migrationsFolder }).finally(() => server.release());
    await assert.rejects(failed, { code: "PYMIG", message: /^000002-bad\.sql: division by zero/ });
  });
});
