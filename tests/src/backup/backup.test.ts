import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { zstdCompressSync } from "node:zlib";
import pg from "pg";
import { type BackUpResult, backUp } from "../../../src/backup/back_up.ts";
import { BackupFileWriter } from "../../../src/backup/backup_file.ts";
import { loadIntoSchema } from "../../../src/backup/load_into_schema.ts";
import { encodeManifest, MANIFEST, type Manifest, pathOf, sha256Of } from "../../../src/backup/manifest.ts";
import { openReader, openTarget } from "../../../src/backup/open_place.ts";
import type { BackupReader, BackupWriter } from "../../../src/backup/place.ts";
import { readManifest } from "../../../src/backup/read_manifest.ts";
import { type RestoreOptions, restore } from "../../../src/backup/restore.ts";
import { openSecretKey, sealSecretKey } from "../../../src/backup/sealed_keys.ts";
import { BLOCK, tarHeader } from "../../../src/backup/tar.ts";
import { verifyParts } from "../../../src/backup/verify.ts";
import { readConfig } from "../../../src/base/config.ts";
import { createLog } from "../../../src/base/log.ts";
import { inTransaction } from "../../../src/database/pipeline.ts";
import { createDemo } from "../../../src/demo/create_demo.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { hear } from "../../support/messages.ts";
import { aConversation, aPerson, aWorkspace } from "../../support/people.ts";
import { testKeyRing } from "../../support/program.ts";
import { until } from "../../support/until.ts";

const log = createLog("silent");
const config = readConfig({ NODE_ENV: "test" });

let folder: string;
let source: TestDatabase;
let path: string;
let written: BackUpResult;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "parley-backup-"));
  source = await createTestDatabase();
  await fill(source.pool);
  path = join(folder, "whole.tar");
  written = await backUp(source.ownerUrl, await openTarget(path, config), {
    keys: await sealSecretKey("the key of the installation, sealed", "correct horse battery"),
  });
});
after(async () => {
  await source.drop();
  await rm(folder, { recursive: true });
});

/** Rows in many tables: users, a chatbot, secrets, conversations of two months, queued messages, jobs. */
async function fill(pool: pg.Pool): Promise<void> {
  const signIns = [
    { email: "ann@example.com", role: "owner", name: "Ann", password: "a good password 1" },
  ] as const;
  await inTransaction(pool, (db) => createDemo(db, signIns as never, "http://127.0.0.1:9", testKeyRing));
  const workspace = await aWorkspace(pool);
  await aPerson(pool, workspace.tenantId, "agent");
  const thread = await aConversation(pool, workspace);
  for (const body of ["Tab\there, newline\nthere, backslash \\N \\.", "Grüße 👋", "plain"])
    await hear(pool, workspace, thread, { content: { body } });
  await pool.query(
    `insert into app_public.messages (conversation_id, type, content)
     select $1, 'text', jsonb_build_object('body', 'queued ' || i) from generate_series(1, 20) i`,
    [thread.conversationId],
  );
}

/** The rows of every table, as one hash each, without those that a worker or a connection writes by itself. */
async function contentOf(pool: pg.Pool): Promise<Record<string, string>> {
  const { rows } = await pool.query<{ name: string }>(
    `select c.oid::regclass::text as name from pg_class c
     where c.relnamespace::regnamespace::text ~ '^app_' and c.relkind in ('r', 'p') and not c.relispartition
     -- The backup itself is recorded after its moment.
     and c.oid <> 'app_private.backups'::regclass`,
  );
  const content: Record<string, string> = {};
  for (const { name } of rows) {
    const hashed = await pool.query(
      `select count(*) || ' ' || coalesce(md5(string_agg(t::text, '|' order by t::text)), '') as hash from ${name} t`,
    );
    content[name] = hashed.rows[0].hash;
  }
  const jobs = await pool.query(
    "select string_agg(concat_ws(' ', task_identifier, key, run_at, max_attempts, priority), '|' order by key, id) as jobs from graphile_worker.jobs",
  );
  content.jobs = jobs.rows[0].jobs;
  return content;
}

async function restoreFile(target: { ownerUrl: string }, file = path, options: RestoreOptions = {}) {
  const reader = await openReader(file, config);
  try {
    return await restore(reader, await readManifest(reader), target.ownerUrl, log, options);
  } finally {
    await reader.close();
  }
}

/** Runs with an empty database that has the schema. */
async function withEmpty(work: (target: TestDatabase) => Promise<void>): Promise<void> {
  const target = await createTestDatabase();
  try {
    await work(target);
  } finally {
    await until("graphile-migrate to close its connections", async () => {
      const { rows } = await target.pool.query(
        "select from pg_stat_activity where datname = current_database()",
      );
      return rows.length <= target.pool.totalCount;
    });
    await target.drop();
  }
}

async function isEmpty({ pool }: TestDatabase): Promise<boolean> {
  const { rows } = await pool.query(
    "select not exists (select from app_public.tenants) and not exists (select from app_public.contacts) as is_empty",
  );
  return rows[0].is_empty;
}

test("what is restored is what was backed up, with its schema, and the copy is alive", () =>
  withEmpty(async (target) => {
    const before = await schemaOf(target.pool);
    await restoreFile(target);
    assert.deepEqual(await contentOf(target.pool), await contentOf(source.pool));
    assert.deepEqual(
      await schemaOf(target.pool),
      before,
      "constraints, triggers and partitions are as they were",
    );
    const { rows } = await target.pool.query(
      "select id, window_expires_at from app_public.conversations limit 1",
    );
    await target.pool.query(
      "insert into app_public.messages (conversation_id, type, content) values ($1, 'text', '{\"body\": \"alive\"}')",
      [rows[0].id],
    );
    await assert.rejects(restoreFile(target), { code: "PYEMP" });
  }));

async function schemaOf(pool: pg.Pool): Promise<unknown[]> {
  const { rows } = await pool.query(
    `select conrelid::regclass::text as "on", conname as name, pg_get_constraintdef(oid) as is, obj_description(oid, 'pg_constraint') as note
     from pg_constraint where connamespace::regnamespace::text ~ '^app_' and conparentid = 0
     union all
     select tgrelid::regclass::text, tgname, tgenabled::text, null from pg_trigger where not tgisinternal
     union all
     select oid::regclass::text, 'bounds', pg_get_expr(relpartbound, oid), null from pg_class where relispartition and relkind = 'r'
     order by 1, 2, 3`,
  );
  return rows;
}

test("an owner who is not a superuser restores into nothing; channels can be paused", async () => {
  const server = new pg.Client({ connectionString: source.ownerUrl });
  await server.connect();
  const url = new URL(source.ownerUrl);
  const name = `parley_restored_${process.pid}`;
  await server.query(`create role ${name} login password 'owner'`);
  await server.query(`create database ${name} owner ${name}`);
  Object.assign(url, { username: name, password: "owner", pathname: `/${name}` });
  const pool = new pg.Pool({ connectionString: url.href, max: 2 });
  try {
    await restoreFile({ ownerUrl: url.href }, path, { pausesChannels: true });
    const { rows } = await pool.query(
      "select array_agg(distinct status) as statuses, (select count(*)::int from app_public.messages) as messages from app_public.channels",
    );
    assert.deepEqual(rows, [{ statuses: "{paused}", messages: 23 }]);
  } finally {
    await pool.end();
    await until("all connections to be closed", async () => {
      const left = await server.query("select from pg_stat_activity where datname = $1", [name]);
      return left.rowCount === 0;
    });
    await server.query(`drop database ${name} with (force)`);
    await server.query(`drop role ${name}`);
    await server.end();
  }
});

describe("a backup that is not what was written is refused, and nothing is restored", () => {
  const refuses = async (content: Buffer, message?: RegExp) => {
    const file = join(folder, "hostile.tar");
    await writeFile(file, content);
    const check = async () => {
      const reader = await openReader(file, config);
      try {
        await verifyParts(reader, await readManifest(reader));
      } finally {
        await reader.close();
      }
    };
    await assert.rejects(check, { code: "PYBAK", ...(message && { message }) });
  };

  test("truncated, at any length", async () => {
    const whole = await readFile(path);
    for (const length of [0, 1, 511, 512, 513, whole.length >> 1, whole.length - 1024, whole.length - 513])
      await refuses(whole.subarray(0, length));
  });

  test("with a changed byte, wherever it is", async () => {
    const whole = await readFile(path);
    // Every place of the content; the padding of the archive has none.
    for (let at = 7; at < whole.length - 1024; at += Math.ceil(whole.length / 150)) {
      if (whole[at] === 0) continue;
      const changed = Buffer.from(whole);
      changed[at] = changed[at]! ^ 0x10;
      await refuses(changed);
    }
  });

  test("another file, another archive", async () => {
    await refuses(Buffer.from("not a backup at all".repeat(100)));
    await refuses(await readFile(join(import.meta.dirname, "backup.test.ts")));
    const text = Buffer.from("no JSON");
    const manifest = Buffer.from(`${text}\n${sha256Of(text)}\n`);
    const padding = Buffer.alloc(BLOCK - manifest.length + 2 * BLOCK);
    await refuses(Buffer.concat([tarHeader(MANIFEST, manifest.length), manifest, padding]), /not JSON/);
  });

  test("with a size that is not a number, or leads backwards", async () => {
    for (const size of ["-0000001000", "zz", "", "1e9", "0x200"]) {
      const header = tarHeader(MANIFEST, 0);
      header.fill(0, 124, 136).write(size, 124);
      header.fill(" ", 148, 156);
      const sum = header.reduce((total, byte) => total + byte, 0);
      header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
      await refuses(Buffer.concat([header, Buffer.alloc(2 * BLOCK)]), /size/);
    }
  });

  /** The backup with a manifest that was changed by hand, and its hash with it; and with other parts. */
  const forged = async (change: (manifest: Manifest) => void, parts: [string, Buffer][] = []) => {
    const manifest = structuredClone(written.manifest);
    change(manifest);
    const file = join(folder, `forged-${sha256Of(JSON.stringify(manifest)).slice(0, 8)}.tar`);
    const writer = await BackupFileWriter.create(file);
    const reader = await openReader(path, config);
    for (const table of written.manifest.tables)
      for (const part of table.parts)
        await writer.add(pathOf(table, part), await reader.read(pathOf(table, part), 1e9));
    for (const [name, content] of parts) await writer.add(name, content);
    const { format, ...rest } = manifest;
    assert.equal(format, "parley-backup/1");
    await writer.finish(encodeManifest(rest));
    await reader.close();
    return file;
  };
  const table = (manifest: Manifest, name: string) => manifest.tables.find((each) => each.name === name)!;

  test("with a manifest that was changed by hand", () =>
    withEmpty(async (target) => {
      const bomb = zstdCompressSync(Buffer.alloc(64 * 1024 * 1024));
      const part = { sha256: sha256Of(bomb), storedBytes: bomb.length, bytes: 10 };
      const changes: [code: string, change: (manifest: Manifest) => void, parts?: [string, Buffer][]][] = [
        ["PYBAK", (m) => (table(m, "app_public.contacts").name = "../../etc/passwd")],
        ["PYBAK", (m) => (table(m, "app_public.contacts").name = "app_public.contacts; drop table x")],
        ["PYBAK", (m) => (table(m, "app_public.contacts").columns = ['id", (select 1)'])],
        ["PYBAK", (m) => (table(m, "app_public.contacts").rows += 1)],
        ["PYBAK", (m) => (table(m, "app_public.contacts").parts = [])],
        ["PYBAK", (m) => (m.tables = m.tables.slice(1))],
        ["PYBAK", (m) => m.tables.push(m.tables[0]!)],
        [
          "PYBAK",
          (m) => (table(m, "app_public.tags").parts = [part]),
          [[`app_public.tags/${part.sha256}.zst`, bomb]],
        ],
        // The sizes are true, and larger than any part that is written.
        ["PYBAK", (m) => (table(m, "app_public.tags").parts = [{ ...part, bytes: 6 * 1024 ** 3 }])],
        ["PYBAK", (m) => (table(m, "app_public.tags").parts = [{ ...part, storedBytes: 6 * 1024 ** 3 }])],
        ["PYVER", (m) => (m.migrations[0]!.hash = "sha1:0000")],
        ["PYVER", (m) => m.migrations.push({ file: "000999.sql", hash: "sha1:1" })],
        // Rows that refer to rows which are not there.
        ["23503", (m) => Object.assign(table(m, "app_public.users"), { rows: 0, parts: [] })],
      ];
      for (const [code, change, parts] of changes) {
        const file = await forged(change, parts);
        await assert.rejects(restoreFile(target, file), { code }, change.toString());
        assert.ok(await isEmpty(target), change.toString());
      }
      await restoreFile(target);
    }));
});

test("partitions of other schemas stay as they are", () =>
  withEmpty(async (target) => {
    await target.pool.query(`
      create table public.readings (at date) partition by range (at);
      create table public.readings_2026 partition of public.readings for values from ('2026-01-01') to ('2027-01-01');
      insert into public.readings values ('2026-11-28')`);
    await restoreFile(target);
    assert.equal((await target.pool.query("select from public.readings")).rowCount, 1);
  }));

test("a table that an operator has added is left out where it is not there, and filled where it is", async () => {
  await source.pool.query(
    "create table app_private.notes (note text); insert into app_private.notes values ('mine')",
  );
  const file = join(folder, "added.tar");
  try {
    await backUp(source.ownerUrl, await openTarget(file, config));
  } finally {
    await source.pool.query("drop table app_private.notes");
  }
  await withEmpty(async (target) => {
    assert.deepEqual(await restoreFile(target, file), ["app_private.notes"]);
    assert.deepEqual(await contentOf(target.pool), await contentOf(source.pool));
  });
  await withEmpty(async (target) => {
    await target.pool.query("create table app_private.notes (note text)");
    assert.deepEqual(await restoreFile(target, file), []);
    assert.deepEqual((await target.pool.query("select note from app_private.notes")).rows, [
      { note: "mine" },
    ]);
  });
});

test("tables of a backup are loaded into another schema, whatever the installation has in them", async () => {
  const reader = await openReader(path, config);
  const manifest = await readManifest(reader);
  const load = (into: string, ...tables: string[]) =>
    loadIntoSchema(reader, manifest, source.ownerUrl, { tables, into });
  const loaded = await load("rescue", "app_public.tenants", "app_public.messages");
  assert.deepEqual(
    loaded.map(({ table }) => table),
    ['"rescue".tenants', '"rescue".messages'],
  );
  const { rows } = await source.pool.query(
    `select (select count(*)::int from rescue.messages) as loaded,
       (select count(*)::int from rescue.messages x join app_public.messages m on x.id = m.id and x.type = m.type) as equal`,
  );
  assert.deepEqual(rows, [{ loaded: loaded[1]!.rows, equal: loaded[1]!.rows }]);
  await assert.rejects(load("app_public", "app_public.tenants"), { code: "PYREQ" });
  await assert.rejects(load("rescue", "app_public.nothing"), { code: "PYREQ" });
  await assert.rejects(load("rescue", "app_public.users", "app_public.tenants"), { code: "PYEMP" });
  await source.pool.query("drop schema rescue cascade");
  await reader.close();
});

test("a table with a name that a manifest cannot have is refused before anything is read", () =>
  withEmpty(async ({ pool, ownerUrl }) => {
    await pool.query(`create table app_private."Notes "" of mine" (id int)`);
    const file = join(folder, "odd.tar");
    await assert.rejects(
      openTarget(file, config).then((to) => backUp(ownerUrl, to)),
      {
        code: "PYREQ",
        message: /^app_private\."Notes "" of mine"/,
      },
    );
    assert.deepEqual(
      (await readdir(folder)).filter((name) => name.startsWith("odd")),
      [],
    );
  }));

/** Ends the connections of a program, as a crash does. Returns how many there were. */
async function cut({ pool }: TestDatabase, program: string): Promise<number> {
  const { rowCount } = await pool.query(
    `select pg_terminate_backend(pid, 5000) from pg_stat_activity
     where application_name = $1 and datname = current_database()`,
    [program],
  );
  return rowCount ?? 0;
}

test("a restore that is cut off leaves the database empty, and can be repeated", () =>
  withEmpty(async (target) => {
    const reader = await openReader(path, config);
    let cuts = 0;
    const cutting: BackupReader = {
      async read(part, limit) {
        if (part.startsWith("app_public.users/")) cuts += await cut(target, "parley restore");
        return reader.read(part, limit);
      },
      close: () => reader.close(),
    };
    await assert.rejects(restore(cutting, await readManifest(reader), target.ownerUrl, log));
    await reader.close();
    assert.equal(cuts, 1);
    assert.ok(await isEmpty(target));
    await restoreFile(target);
    assert.deepEqual(await contentOf(target.pool), await contentOf(source.pool));
  }));

test("a backup that is cut off leaves no file of its name; one that is there is not replaced", async () => {
  const file = join(folder, "cut.tar");
  const { writer, target } = await openTarget(file, config);
  const cutting: BackupWriter = {
    has: (part) => writer.has(part),
    async add(part, content) {
      await cut(source, "parley backup");
      await writer.add(part, content);
    },
    finish: (manifest, paths) => writer.finish(manifest, paths),
    abandon: () => writer.abandon(),
  };
  await assert.rejects(backUp(source.ownerUrl, { writer: cutting, target }));
  assert.deepEqual(
    (await readdir(folder)).filter((name) => name.startsWith("cut")),
    [],
  );
  await assert.rejects(openTarget(path, config), { code: "PYEMP" });
});

test("the keys are opened with the passphrase only", async () => {
  const { keys } = written.manifest;
  assert.equal(await openSecretKey(keys!, "correct horse battery"), "the key of the installation, sealed");
  await assert.rejects(openSecretKey(keys!, "incorrect horse battery"), { code: "PYPHR" });
  await assert.rejects(sealSecretKey("key", "short"), { code: "PYPHR" });
  assert.ok(!(await readFile(path)).includes("the key of the installation"));
});
