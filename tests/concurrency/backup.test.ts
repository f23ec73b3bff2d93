import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { backUp } from "../../src/backup/back_up.ts";
import { createLog } from "../../src/base/log.ts";
import { ensurePartitions } from "../../src/database/partitions.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { hear } from "../support/messages.ts";
import { aConversation, aWorkspace, type Thread, type Workspace } from "../support/people.ts";
import { started } from "../support/race.ts";

let database: TestDatabase;
let workspace: Workspace;
let thread: Thread;
before(async () => {
  database = await createTestDatabase();
  workspace = await aWorkspace(database.pool);
  thread = await aConversation(database.pool, workspace);
});
after(() => database.drop());

/** Runs while a backup has begun and does not end. */
async function whileBackingUp(work: () => Promise<void>): Promise<void> {
  const [began, ended] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const writer = {
    has: async () => false,
    async add() {
      began.resolve();
      await ended.promise;
    },
    finish: async () => {},
    abandon: async () => {},
  };
  const backingUp = backUp(database.ownerUrl, { writer, target: "nowhere" });
  await Promise.race([began.promise, backingUp]);
  try {
    await work();
  } finally {
    ended.resolve();
    await backingUp;
  }
}

const receive = () => hear(database.pool, workspace, thread, {});

const waitsForBackup = async () => {
  const { rows } = await database.pool.query(
    `select l.mode, b.application_name as blocked_by
     from pg_locks l
     cross join lateral unnest(pg_blocking_pids(l.pid)) p (pid)
     join pg_stat_activity b on b.pid = p.pid
     where not l.granted and l.relation = 'app_public.messages'::regclass`,
  );
  return rows;
};

/**
 * A backup holds "access share" on each table until it ends. Whatever asks for "access exclusive" waits for that, and
 * messages queue behind it: so partitions are created as tables of their own and attached (add_partition()), and
 * migrations give up after half a second (lock_timeout). With "partition of" or without the timeout, the last test fails.
 */
test("a backup holds the weakest lock, on every table", () =>
  whileBackingUp(async () => {
    const { rows } = await database.pool.query(
      `select l.mode, count(distinct c.oid) filter (where not c.relispartition)::int as tables, (
         select count(*)::int from pg_class t
         where t.relnamespace::regnamespace::text ~ '^app_' and t.relkind in ('r', 'p') and not t.relispartition
       ) as of
       from pg_locks l
       join pg_stat_activity a on a.pid = l.pid and a.application_name = 'parley backup'
       join pg_class c on c.oid = l.relation and c.relkind in ('r', 'p') and c.relnamespace::regnamespace::text ~ '^app_'
       where a.datname = current_database()
       group by l.mode`,
    );
    assert.equal(rows.length, 1);
    assert.deepEqual([rows[0].mode, rows[0].tables], ["AccessShareLock", rows[0].of]);
  }));

test("partitions are created beside it; what needs an exclusive lock gives up, and messages go on after it", () =>
  whileBackingUp(async () => {
    const made = await ensurePartitions(database.pool, { log: createLog("silent") }, 5);
    assert.ok(made.some((name) => name.startsWith("messages_")));
    await receive();

    const change = await started(database.pool, async (db) => {
      await db.query("set local lock_timeout to '500ms'");
      await db.query("alter table app_public.messages add column weight text");
    });
    assert.ok(change.waited);
    assert.deepEqual(await waitsForBackup(), [{ mode: "AccessExclusiveLock", blocked_by: "parley backup" }]);
    const began = performance.now();
    const receiving = receive();
    assert.equal((await change.outcome).status, "rejected", "the change gives up");
    await receiving;
    assert.ok(performance.now() - began < 1_500, "a message waited for the backup");
  }));
