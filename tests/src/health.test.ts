import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import pg from "pg";
import { createHealthProbe } from "../../src/health.ts";
import { createLog } from "../../src/log.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { aConversation, aWorkspace } from "../support/people.ts";

const log = createLog("silent");

let database: TestDatabase;
let worker: pg.Client;
before(async () => {
  database = await createTestDatabase();
  // What a living worker holds (src/worker_presence.ts).
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
    ready: true,
    checks: {
      ...{ database: { ok: true }, migrations: { ok: true }, worker: { ok: true } },
      ...{ outbox: { ok: true }, partitions: { ok: true } },
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
});

test("a channel that could send and does not is told; one that waits for a reason is not", async () => {
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
  await pool.query("update app_public.channels set status = 'paused'");
  assert.equal((await look()).checks.outbox?.ok, true, "somebody paused it");
});

test("a row in a default partition is told", async () => {
  const workspace = await aWorkspace(database.pool);
  await database.pool.query(
    `insert into app_public.webhook_events (id, tenant_id, channel_id, status, body)
     values (app_hidden.uuid_v7_floor('2090-01-01'), $1, $2, 'processed', '\\x')`,
    [workspace.tenantId, workspace.channelId],
  );
  assert.deepEqual((await look()).checks.partitions, {
    ok: false,
    detail: "webhook_events_default should be empty",
  });
});

test("a database that is away is told within seconds, and not asked by everybody at once", async () => {
  const away = new pg.Pool({ connectionString: "postgres://u@127.0.0.1:1/x" });
  let asked = 0;
  const counted = Object.assign(Object.create(away), {
    query: (text: string) => {
      asked += 1;
      return away.query(text);
    },
  }) as pg.Pool;
  const probe = createHealthProbe(counted, log);
  const answers = await Promise.all(Array.from({ length: 50 }, () => probe()));
  assert.ok(answers.every(({ ready }) => !ready));
  assert.deepEqual(answers[0]?.checks, { database: { ok: false, detail: "cannot be reached" } });
  assert.equal(asked, 1);
});

test("a database that does not answer is not waited for", { timeout: 6_000 }, async () => {
  const silent = { query: () => new Promise(() => {}) } as unknown as pg.Pool;
  assert.equal((await createHealthProbe(silent, log)()).ready, false);
});
