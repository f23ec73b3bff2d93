import assert from "node:assert/strict";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { createLog } from "../../src/base/log.ts";
import { MIGRATIONS_FOLDER, migrate } from "../../src/database/migrate.ts";
import { dropExpiredPartitions, ensurePartitions } from "../../src/database/partitions.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { hear } from "../support/messages.ts";
import { aConversation, aWorkspace, type Thread, type Workspace } from "../support/people.ts";
import { until } from "../support/until.ts";

/** Tables are made, attached, detached and dropped while others read and write them. */

const log = createLog("silent");

let database: TestDatabase;
let workspace: Workspace;
let thread: Thread;
before(async () => {
  database = await createTestDatabase();
  workspace = await aWorkspace(database.pool);
  thread = await aConversation(database.pool, workspace);
});
after(async () => {
  // graphile-migrate keeps its connections for a moment, and ends the whole process when one of them is cut off.
  await until("the connections to be closed", async () => {
    const { rows } = await database.pool.query(
      "select from pg_stat_activity where datname = current_database()",
    );
    return rows.length <= database.pool.totalCount;
  });
  await database.drop();
});

/** Holds what a dump holds for as long as it runs: a weak lock on every table, and an old snapshot. */
async function whileDumping<T>(work: () => Promise<T>): Promise<T> {
  const dump = await database.pool.connect();
  try {
    await dump.query("begin isolation level repeatable read");
    const { rows } = await dump.query(
      `select string_agg(oid::regclass::text, ', ') as tables from pg_class
       where relkind in ('r', 'p') and relnamespace::regnamespace::text ~ '^(app_|graphile_)'`,
    );
    await dump.query(`lock table ${rows[0].tables} in access share mode`);
    return await work();
  } finally {
    dump.release(true);
  }
}

/** Stores inbound messages one after the other until the work is done. Returns how long the slowest took. */
async function whileReceiving(work: () => Promise<unknown>): Promise<number> {
  let isDone = false;
  const working = work().finally(() => {
    isDone = true;
  });
  let slowest = 0;
  const receive = async () => {
    while (!isDone) {
      const began = performance.now();
      await hear(database.pool, workspace, thread, {});
      slowest = Math.max(slowest, performance.now() - began);
    }
  };
  await Promise.all([receive(), receive(), receive()]);
  await working;
  return slowest;
}

async function partitionsOf(table: string): Promise<string[]> {
  const { rows } = await database.pool.query(
    "select inhrelid::regclass::text as name from pg_inherits where inhparent = $1::regclass order by 1",
    [`app_public.${table}`],
  );
  return rows.map(({ name }) => name);
}

async function partitionedTables(): Promise<number> {
  const { rowCount } = await database.pool.query("select from pg_partitioned_table");
  assert.ok(rowCount);
  return rowCount;
}

test("partitions are made beside a dump, while messages arrive", async () => {
  const { length: before } = await partitionsOf("messages");
  const slowest = await whileReceiving(() =>
    whileDumping(async () => {
      const made = await ensurePartitions(database.pool, { log }, 6);
      assert.equal(made.length, 3 * (await partitionedTables()));
    }),
  );
  assert.equal((await partitionsOf("messages")).length, before + 3);
  assert.ok(slowest < 1_500, `a message took ${Math.round(slowest)} ms`);
});

test("two that make them at once make each once", async () => {
  const made = await Promise.all([1, 2, 3].map(() => ensurePartitions(database.pool, { log }, 9)));
  const names = made.flat();
  assert.equal(names.length, 3 * (await partitionedTables()));
  assert.equal(new Set(names).size, names.length);
});

/** Two months of 2020, with a body each; what is older than the installation begins before them. */
async function oldBodies(): Promise<void> {
  await database.pool.query(`
    alter table app_public.webhook_events detach partition app_private.webhook_events_before;
    drop table app_private.webhook_events_before;
    create table app_private.webhook_events_2020_01 (like app_public.webhook_events including all);
    create table app_private.webhook_events_2020_02 (like app_public.webhook_events including all);
    alter table app_public.webhook_events attach partition app_private.webhook_events_2020_01
    for values from (app_hidden.uuid_v7_floor('2020-01-01Z')) to (app_hidden.uuid_v7_floor('2020-02-01Z'));
    alter table app_public.webhook_events attach partition app_private.webhook_events_2020_02
    for values from (app_hidden.uuid_v7_floor('2020-02-01Z')) to (app_hidden.uuid_v7_floor('2020-03-01Z'));`);
  for (const day of ["2020-01-31", "2020-02-01", "2020-02-29"])
    await database.pool.query(
      "insert into app_public.webhook_events (tenant_id, id, channel_id, body) values ($1, app_hidden.uuid_v7_floor($3), $2, 'x')",
      [workspace.tenantId, workspace.channelId, `${day}Z`],
    );
}

async function daysSince(day: string): Promise<number> {
  const { rows } = await database.pool.query("select now()::date - $1::date as days", [day]);
  return rows[0].days;
}

async function drop(days: number): Promise<string[]> {
  await database.pool.query(
    "update app_private.retention_defaults set after = make_interval(days => $1) where subject = 'webhook_bodies'",
    [days],
  );
  return dropExpiredPartitions(database.pool, { log, detachForMs: 300 });
}

const countBodies = async () => (await database.pool.query("select from app_public.webhook_events")).rowCount;

test("a month of webhook bodies goes when all of it is older than the retention, while messages arrive", async () => {
  await oldBodies();
  const slowest = await whileReceiving(async () => {
    const kept = await daysSince("2020-02-20");
    assert.deepEqual(await drop(kept), ["webhook_events_2020_01"]);
    assert.equal(await countBodies(), 2);
    assert.deepEqual(await drop(30), ["webhook_events_2020_02"]);
    assert.equal(await countBodies(), 0);
  });
  assert.ok(slowest < 1_500, `a message took ${Math.round(slowest)} ms`);
});

test("an old month that a dump reads is dropped when the dump has ended, and messages arrive in the meantime", async () => {
  for (const isAttached of [true, false]) {
    await database.pool.query(
      "create table app_private.webhook_events_2020_03 (like app_public.webhook_events including all)",
    );
    if (isAttached)
      await database.pool.query(
        `alter table app_public.webhook_events attach partition app_private.webhook_events_2020_03
         for values from (app_hidden.uuid_v7_floor('2020-03-01Z')) to (app_hidden.uuid_v7_floor('2020-04-01Z'))`,
      );
    const slowest = await whileReceiving(() =>
      whileDumping(async () => {
        assert.deepEqual(await drop(30), []);
        assert.deepEqual(await drop(30), []);
      }),
    );
    assert.ok(slowest < 1_500, `a message took ${Math.round(slowest)} ms`);
    assert.deepEqual(await drop(30), ["webhook_events_2020_03"]);
  }
});

/** The project's migrations and one more. */
async function withMigration(sql: string, work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "parley-migrations-"));
  try {
    await cp(MIGRATIONS_FOLDER, folder, { recursive: true });
    const newest = await readFile(join(folder, "committed", "000001-initial-schema.sql"), "utf8");
    const previous = /^--! Hash: (\S+)$/m.exec(newest)![1];
    await writeFile(
      join(folder, "committed", "000002-one-more.sql"),
      `--! Previous: ${previous}\n--! Hash: sha1:0\n--! AllowInvalidHash\n\n${sql}\n`,
    );
    await work(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

test("a migration that never gets its locks fails with the reason", async () => {
  const migration = `set local lock_timeout to '50ms';\nalter table app_public.messages add column weight text;`;
  await withMigration(migration, (migrationsFolder) =>
    whileDumping(() =>
      assert.rejects(migrate(database.ownerUrl, log, { migrationsFolder, retryForMs: 300 }), {
        code: "PYMIG",
        message: /^000002-one-more\.sql: .*lock timeout \(55P03\)$/,
      }),
    ),
  );
});

test("a migration whose locks a dump holds is tried again, and messages arrive in the meantime", async () => {
  const migration = `set local lock_timeout to '500ms';\nalter table app_public.messages add column colour text;`;
  await withMigration(migration, async (migrationsFolder) => {
    let migrating: Promise<void> | undefined;
    const slowest = await whileReceiving(async () => {
      await whileDumping(async () => {
        let tries = 0;
        const counting = Object.assign(Object.create(log), { warn: () => (tries += 1) });
        migrating = migrate(database.ownerUrl, counting, { migrationsFolder });
        await until("the second try to fail", () => tries >= 2);
      });
      await migrating;
    });
    assert.ok(slowest < 1_500, `a message took ${Math.round(slowest)} ms`);
  });
  await database.pool.query("select colour from app_public.messages limit 1");
});
