import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import type pg from "pg";
import { until } from "../../support/until.ts";
import type { Fault } from "./fault.ts";
import { type ParleyProcess, runParley } from "./parley_process.ts";
import type { World } from "./world.ts";

/** It ends itself after ten seconds; a busy machine may notice that later. */
const STOP_MS = 15_000;
/** The part of a fault's time that its first kill counts for. */
const FIRST_MS = 5_000;
const HOUR_MS = 3_600_000;
const SHIFTED_CLOCK = new URL("shifted_clock.ts", import.meta.url).href;
/** Monitoring counts fewer workers than there should be. */
const MISSING_WORKER = /^(parley_workers\{state="moving"\} [01]|health worker)$/;

/** Faults of Parley's own processes. */
export const PROCESS_FAULTS: readonly Fault[] = [
  {
    name: "kill -9 of a worker every second",
    isShort: true,
    sign: MISSING_WORKER,
    async run({ workers, random }, ms, detected) {
      // Until monitoring has seen the first one, the other worker does all the work.
      await workers[0].end("SIGKILL");
      await detected();
      await workers[0].start();
      const end = performance.now() + ms - FIRST_MS;
      let kills = 1;
      for (; performance.now() < end; kills += 1) {
        const worker = workers[kills % 2]!;
        await worker.end("SIGKILL");
        await delay(300 + random() * 700);
        await worker.start();
      }
      return `${kills} kills`;
    },
  },
  {
    name: "kill -9 of the API every two seconds",
    isShort: true,
    sign: "unreachable",
    async run({ api, random }, ms, detected) {
      await api.end("SIGKILL");
      await detected();
      await api.start();
      const end = performance.now() + ms - FIRST_MS;
      let kills = 1;
      for (; performance.now() < end; kills += 1) {
        await delay(1_000 + random() * 1_000);
        await api.end("SIGKILL");
        await api.start();
      }
      return `${kills} kills`;
    },
  },
  {
    name: "SIGTERM of a worker under load",
    isShort: true,
    sign: MISSING_WORKER,
    async run({ workers: [worker], pool }, _ms, detected) {
      const took = await worker.end("SIGTERM");
      assert.ok(took < STOP_MS, `it took ${took} ms to stop`);
      await detected();
      const { rows } = await pool.query(
        `select count(*)::int as jobs from graphile_worker._private_jobs
         where locked_at < now() - interval '20 seconds'`,
      );
      assert.equal(rows[0].jobs, 0, "jobs are still locked");
      await worker.start();
      return `stopped in ${Math.round(took)} ms`;
    },
  },
  {
    name: "all connections are cut, those that listen too",
    isShort: true,
    sign: undefined,
    async run({ pool, api }) {
      const from = api.log.length;
      await pool.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and application_name like 'parley %' and pid <> pg_backend_pid()`,
      );
      // Workers connect again without a word if none of their connections was idle.
      const noticed = () => api.log.slice(from).some((line) => line.includes("change feed lost"));
      await until("the API to log that it lost the connection that listens", noticed, 20_000);
      return "logged by the API";
    },
  },
  {
    name: "the clocks of both workers are wrong by an hour",
    isShort: true,
    sign: "a clock is wrong",
    async run({ workers, agents, pool }, ms, detected) {
      const later = await scheduleMessage(pool, agents.tenantId);
      await Promise.all([
        restart(workers[0], withShiftedClock(HOUR_MS)),
        restart(workers[1], withShiftedClock(-HOUR_MS)),
      ]);
      await Promise.all([delay(ms), detected()]);
      const { rows } = await pool.query("select status from app_public.scheduled_messages where id = $1", [
        later,
      ]);
      assert.equal(rows[0].status, "scheduled", "a message was sent half an hour early");
      await Promise.all(workers.map((worker) => restart(worker)));
      return undefined;
    },
  },
  {
    name: "a job that always fails, and one that never ends",
    isShort: true,
    sign: 'parley_jobs{state="given_up"}',
    async run({ pool, agents, sandbox }, ms, detected) {
      const sent = sandbox.ledger.sent.length;
      const client = await pool.connect();
      try {
        // The second job waits for this lock.
        await client.query("select pg_advisory_lock(hashtext('parley recount_figures'))");
        await client.query(
          `select graphile_worker.add_jobs(array[
             app_private.job('mail_invitation', '{}', max_attempts => 1),
             app_private.job('recount_figures', json_build_object('tenantId', $1::uuid))
           ])`,
          [agents.tenantId],
        );
        await Promise.all([delay(ms), detected()]);
        const { rows } = await client.query(
          `select count(*)::int as jobs from graphile_worker.jobs
           where task_identifier = 'recount_figures' and locked_at is not null`,
        );
        assert.equal(rows[0].jobs, 1, "the job does not run");
        await until("messages to be sent beside it", () => sandbox.ledger.sent.length > sent);
      } finally {
        client.release(true);
      }
      await pool.query(
        `select graphile_worker.complete_jobs(array(
           select id from graphile_worker.jobs where task_identifier = 'mail_invitation'
         ))`,
      );
      return undefined;
    },
  },
  {
    name: "a migration and a replay of webhooks under load",
    sign: undefined,
    async run(world) {
      await runParley(["migrate"], world.env);
      const { newMessages, replayed } = await replayWebhooks(world);
      assert.equal(newMessages, 0, "a replay stored messages again");
      return `${replayed} bodies replayed`;
    },
  },
];

async function restart(worker: ParleyProcess, more?: NodeJS.ProcessEnv): Promise<void> {
  await worker.end("SIGTERM");
  await worker.start(more);
}

function withShiftedClock(byMs: number): NodeJS.ProcessEnv {
  return { NODE_OPTIONS: `--import=${SHIFTED_CLOCK}`, CLOCK_SHIFT_MS: String(byMs) };
}

/** A message that is due in half an hour. Returns its id. */
async function scheduleMessage(pool: pg.Pool, tenantId: string): Promise<string> {
  const { rows } = await pool.query<{ id: string }>(
    `insert into app_public.scheduled_messages (conversation_id, content, send_at)
     select c.id, '{"body": "later"}', now() + interval '30 minutes'
     from app_public.conversations c where c.tenant_id = $1 limit 1
     returning id`,
    [tenantId],
  );
  return rows[0]!.id;
}

async function replayWebhooks({ env }: World): Promise<{ newMessages: number; replayed: number }> {
  return JSON.parse(
    await runParley(["webhook", "replay", "--status", "processed", "--limit", "300", "--json"], env),
  );
}
