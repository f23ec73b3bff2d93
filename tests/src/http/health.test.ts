import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import pg from "pg";
import { createLog } from "../../../src/base/log.ts";
import { readOperationsStatus, readWaitingChannels } from "../../../src/database/operations_status.ts";
import { createHealthProbe } from "../../../src/http/health.ts";
import { StorageError } from "../../../src/media/storage_error.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { aConversation, aWorkspace } from "../../support/people.ts";

const log = createLog("silent");

let database: TestDatabase;
let worker: pg.Client;
before(async () => {
  database = await createTestDatabase();
  // What a living worker holds (src/jobs/presence.ts).
  worker = new pg.Client({ connectionString: database.ownerUrl });
  await worker.connect();
  await worker.query("select pg_advisory_lock(hashtext('parley worker'), 1)");
});
after(async () => {
  await worker.end();
  await database.drop();
});

/** Looks afresh: a probe remembers for a second. */
const look = () => createHealthProbe(database.pool, log)();

test("all is well", async () => {
  assert.deepEqual(await look(), {
    serves: true,
    ready: true,
    degraded: false,
    checks: {
      ...{ database: { ok: true }, migrations: { ok: true }, worker: { ok: true } },
      ...{ outbox: { ok: true }, partitions: { ok: true }, upkeep: { ok: true } },
    },
  });
});

test("no worker, or one that takes no job, is not ready", async () => {
  await worker.query("select pg_advisory_unlock_all()");
  assert.deepEqual((await look()).checks.worker, { ok: false, detail: "none is running" });
  await worker.query("select pg_advisory_lock(hashtext('parley worker'), 1)");

  await database.pool.query(
    "select graphile_worker.add_job('maintain', run_at => now() - interval '2 minutes', job_key => 'old')",
  );
  const { ready, checks } = await look();
  assert.equal(ready, false);
  assert.match(checks.worker?.detail ?? "", /^a job has been due for 12\d s$/);
  await database.pool.query("select graphile_worker.remove_job('old')");
  // It waits for a slot of its tenant, which may take as long as the requests of that tenant.
  await database.pool.query(
    `select graphile_worker.add_job(
       'fetch_media', run_at => now() - interval '2 minutes', job_key => 'waiting', flags => '{fetch_media:a}'
     )`,
  );
  assert.equal((await readOperationsStatus(database.pool)).jobsDue, 0);
  await database.pool.query("select graphile_worker.remove_job('waiting')");
});

test("a channel that could send and does not is reported; one that waits for a reason is not", async () => {
  const { pool } = database;
  const workspace = await aWorkspace(pool);
  const { conversationId } = await aConversation(pool, workspace);
  await pool.query(
    `insert into app_public.messages (conversation_id, type, content) values ($1, 'text', '{"body": "Hello"}')`,
    [conversationId],
  );
  assert.equal((await look()).checks.outbox?.ok, true, "it is just waiting its turn");
  await pool.query("update app_private.outbox_lanes set due_at = now() - interval '3 minutes'");
  assert.deepEqual((await look()).checks.outbox, { ok: false, detail: "1 channels have stopped sending" });

  await pool.query("update app_private.channel_states set pace_clock = now()");
  assert.equal((await look()).checks.outbox?.ok, true, "a long queue that moves");
  await pool.query(
    "update app_private.channel_states set pace_clock = '-infinity', paused_until = now() + interval '1 hour'",
  );
  assert.equal((await look()).checks.outbox?.ok, true, "the provider asked for patience");
  await pool.query("update app_private.channel_states set paused_until = '-infinity'");
  await pool.query("update app_public.channels set status = 'stopped'");
  const held = await look();
  assert.deepEqual(held.checks.outbox, {
    ok: false,
    detail: "messages wait in 1 channels that are not active",
  });
  assert.deepEqual([held.serves, held.ready, held.degraded], [true, true, true], "one tenant's trouble");

  await pool.query("update app_private.outbox set created_at = now() - interval '45 minutes'");
  assert.match((await look()).checks.outbox?.detail ?? "", /; the oldest message has waited for 45 minutes$/);
  const [channel] = await readWaitingChannels(pool);
  assert.deepEqual(
    { ...channel, waitingSince: 0, oldestSeconds: Math.round(channel!.oldestSeconds / 60) },
    {
      ...{ tenant: workspace.slug, channelId: workspace.channelId, phoneNumberId: workspace.phoneNumberId },
      ...{ reason: "stopped", messages: 1, waitingSince: 0, oldestSeconds: 45 },
    },
  );
  await pool.query("delete from app_public.conversations");
  await pool.query("delete from app_private.outbox");
});

test("a month without a partition is not ready when it begins, and a warning before", async () => {
  const { pool } = database;
  const { rows } = await pool.query(
    `select to_char(m at time zone 'UTC', '_YYYY_MM') as month
     from generate_series(date_trunc('month', now(), 'UTC'), now() + interval '1 month', '1 month') m`,
  );
  const [now, next] = rows.map(({ month }) => `webhook_events${month}`);
  await pool.query(`drop table app_private.${next}`);
  const warned = await look();
  assert.deepEqual([warned.ready, warned.degraded], [true, true]);
  assert.deepEqual(warned.checks.upkeep, { ok: false, detail: `missing: ${next}` });

  await pool.query(`drop table app_private.${now}`);
  const { serves, ready, checks } = await look();
  assert.deepEqual([serves, ready], [false, false]);
  assert.deepEqual(checks.partitions, { ok: false, detail: `missing: ${now}` });
  await pool.query("select app_private.ensure_partitions()");
  assert.equal((await look()).degraded, false);
});

test("a read-only database is not ready, and the API serves no requests", async () => {
  const readOnly = new pg.Pool({
    connectionString: database.ownerUrl,
    options: "-c default_transaction_read_only=on",
  });
  const { serves, ready, checks } = await createHealthProbe(readOnly, log)().finally(() => readOnly.end());
  assert.deepEqual([serves, ready], [false, false]);
  assert.deepEqual(checks, { database: { ok: false, detail: "read only" } });
});

test("a database that accepts writes again is ready, even when it was checked in between", async (t) => {
  const pool = new pg.Pool({ connectionString: database.ownerUrl, max: 1 });
  t.after(() => pool.end());
  // A connection keeps what it began with; one to a standby leads to a standby.
  await pool.query("set default_transaction_read_only to on");
  assert.equal((await createHealthProbe(pool, log)()).serves, false);
  assert.equal((await createHealthProbe(pool, log)()).serves, true);
});

test("periodic upkeep that keeps failing is a warning; a single failure is not", async () => {
  const { pool } = database;
  const fail = () =>
    pool.query(
      `insert into graphile_worker._private_jobs (task_id, payload, attempts, max_attempts, last_error)
       select id, '{}', 1, 1, 'no' from graphile_worker._private_tasks where identifier = 'maintain'`,
    );
  await fail();
  assert.deepEqual((await look()).checks.upkeep, { ok: true });
  await fail();
  await fail();
  assert.deepEqual((await look()).checks.upkeep, { ok: false, detail: "maintain keeps failing" });
  await pool.query("delete from graphile_worker._private_jobs where last_error is not null");
});

test("an overdue chatbot turn is not ready", async () => {
  const { pool } = database;
  const workspace = await aWorkspace(pool);
  const { conversationId } = await aConversation(pool, workspace);
  await pool.query(
    `insert into app_private.chatbot_events (tenant_id, conversation_id, kind, due_at)
     values ($1, $2, 'timer', now() - interval '5 minutes')`,
    [workspace.tenantId, conversationId],
  );
  const { ready, checks } = await look();
  assert.equal(ready, false);
  assert.match(checks.worker?.detail ?? "", /^a chatbot's turn has been due for 30\d s$/);
  await pool.query("delete from app_private.chatbot_events");
});

test("an unreachable database is reported within seconds, by one check for all callers", async () => {
  const away = new pg.Pool({ connectionString: "postgres://u@127.0.0.1:1/x" });
  let asked = 0;
  const counted = Object.assign(Object.create(away), {
    connect: () => {
      asked += 1;
      return away.connect();
    },
  }) as pg.Pool;
  const probe = createHealthProbe(counted, log);
  const answers = await Promise.all(Array.from({ length: 50 }, () => probe()));
  assert.ok(answers.every(({ ready }) => !ready));
  assert.deepEqual(answers[0]?.checks, { database: { ok: false, detail: "cannot be reached" } });
  assert.equal(asked, 1);
});

test("a database that does not answer is not waited for", { timeout: 6_000 }, async () => {
  const silent = { connect: () => new Promise(() => {}) } as unknown as pg.Pool;
  assert.equal((await createHealthProbe(silent, log)()).ready, false);
});

test("a storage that files cannot be stored in is reported, as a warning", async () => {
  const media = { check: async () => {} };
  const probe = createHealthProbe(database.pool, log, media);
  assert.deepEqual((await probe()).checks.media, { ok: true });
  media.check = async () => {
    throw new StorageError("MEDIA_STORAGE: cannot store a file in /files (EACCES)");
  };
  const { serves, checks } = await createHealthProbe(database.pool, log, media)();
  assert.equal(serves, true);
  assert.deepEqual(checks.media, {
    ok: false,
    detail: "MEDIA_STORAGE: cannot store a file in /files (EACCES)",
  });
  assert.deepEqual((await probe()).checks.media, { ok: true }, "checked twice a minute only");
});
