import type pg from "pg";
import type { Log } from "../base/log.ts";
import { PrimaryClient } from "../database/primary_client.ts";
import type { JobPool } from "./registry.ts";

/**
 * Each running pool of jobs holds a session advisory lock with its id; Postgres releases it when the process dies.
 * graphile-worker itself detects a dead worker only after four hours. Only the quick pool counts as a worker in /health
 * and /metrics: each process has one.
 */
const ROLES = { quick: "worker", slow: "caller" } as const satisfies Record<JobPool, string>;

const LOCK_CLASS = {
  quick: `hashtext('parley ${ROLES.quick}')`,
  slow: `hashtext('parley ${ROLES.slow}')`,
} as const satisfies Record<JobPool, string>;

type WorkerPresence = { end(): Promise<void> };

/**
 * How often a query runs on that connection. pg_stat_activity shows when the last one ran: a process that is suspended
 * or caught in a loop keeps its lock but runs no query (app_private.operations_status()).
 */
const BEAT_MS = 5_000;

/** Holds a pool's lock on a separate connection, and takes it again when that connection breaks. */
export async function announceWorker(
  ownerUrl: string,
  poolId: string,
  jobPool: JobPool,
  log: Log,
): Promise<WorkerPresence> {
  let client: pg.Client | undefined;
  let isEnded = false;

  async function hold(): Promise<void> {
    const connecting = new PrimaryClient({
      connectionString: ownerUrl,
      application_name: `parley ${ROLES[jobPool]} presence`,
      keepAlive: true,
      connectionTimeoutMillis: 5_000,
    });
    client = connecting;
    connecting.on("error", () => {});
    await connecting.connect();
    connecting.on("end", again);
    await connecting.query(`select pg_advisory_lock(${LOCK_CLASS[jobPool]}, hashtext($1))`, [poolId]);
    const beat = setInterval(() => void connecting.query("select 'alive'").catch(() => {}), BEAT_MS);
    beat.unref();
    connecting.once("end", () => clearInterval(beat));
  }

  function again(): void {
    if (isEnded) return;
    setTimeout(() => {
      if (!isEnded) hold().catch(retry);
    }, 500).unref();
  }

  function retry(error: Error): void {
    log.warn({ err: error.message }, "worker failed to take its presence lock; retrying");
    // Once connected, the loss of the connection is reported by its "end" event.
    if (client?.listenerCount("end") === 0) again();
  }

  await hold();
  return {
    async end() {
      isEnded = true;
      await client?.end();
    },
  };
}

/** Releases the jobs of pools whose lock is not held. Returns the ids of these dead pools. */
export async function reapDeadWorkers(pool: pg.Pool, log: Log): Promise<string[]> {
  const { rows } = await pool.query(
    `with dead as (
       select array_agg(p.id) as ids
       from (
         select distinct locked_by as id from graphile_worker._private_jobs
         -- A pool announces itself at once, but after it has begun. In the future: the clock was ahead.
         where locked_at not between now() - interval '5 seconds' and now() + interval '1 minute'
       ) p
       where not exists (
         select from pg_locks l
         where l.locktype = 'advisory'
         and l.database = (select oid from pg_database where datname = current_database())
         and l.classid::bigint in (${LOCK_CLASS.quick} & 4294967295, ${LOCK_CLASS.slow} & 4294967295)
         and l.objid::bigint = hashtext(p.id)::bigint & 4294967295
         and l.granted
       )
     )
     select d.ids, graphile_worker.force_unlock_workers(d.ids) from dead d where d.ids is not null`,
  );
  const ids: string[] = rows[0]?.ids ?? [];
  if (ids.length > 0) log.warn({ workers: ids }, "released the jobs of dead workers");
  return ids;
}

const REAP_EVERY_MS = 5_000;

/** Releases the jobs of dead pools now and every few seconds. This is not a job itself, because jobs may be stuck. */
export async function keepReaping(pool: pg.Pool, log: Log): Promise<{ stop(): void }> {
  await reapDeadWorkers(pool, log);
  const timer = setInterval(() => {
    reapDeadWorkers(pool, log).catch((error: unknown) =>
      log.warn({ err: error }, "failed to look for jobs of dead workers"),
    );
  }, REAP_EVERY_MS);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}
