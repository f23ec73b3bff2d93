import pg from "pg";
import type { Log } from "./log.ts";

/**
 * A living worker pool holds a session advisory lock named after it; Postgres lets go of it when the process dies.
 * graphile-worker itself notices a dead worker only after four hours.
 */
const LOCK_CLASS = "hashtext('parley worker')";

export type WorkerPresence = { end(): Promise<void> };

/** Holds a pool's lock on a connection of its own, and takes it again when that breaks. */
export async function announceWorker(ownerUrl: string, poolId: string, log: Log): Promise<WorkerPresence> {
  let client: pg.Client | undefined;
  let isEnded = false;

  async function hold(): Promise<void> {
    client = new pg.Client({
      connectionString: ownerUrl,
      application_name: "parley worker presence",
      keepAlive: true,
    });
    client.on("error", () => {});
    client.on("end", () => {
      if (!isEnded) setTimeout(() => hold().catch(retry), 500).unref();
    });
    await client.connect();
    await client.query(`select pg_advisory_lock(${LOCK_CLASS}, hashtext($1))`, [poolId]);
  }

  function retry(error: Error): void {
    log.warn({ err: error.message }, "the worker could not announce itself; trying again");
    if (!isEnded) setTimeout(() => hold().catch(retry), 1000).unref();
  }

  await hold();
  return {
    async end() {
      isEnded = true;
      await client?.end();
    },
  };
}

/** Frees the jobs of worker pools whose lock nobody holds. Returns the ids of the dead. */
export async function reapDeadWorkers(pool: pg.Pool, log: Log): Promise<string[]> {
  const { rows } = await pool.query(
    `with dead as (
       select array_agg(p.id) as ids
       from (
         select distinct locked_by as id from graphile_worker._private_jobs
         -- A pool announces itself before it takes its first job; a moment more for clocks and commits.
         where locked_at < now() - interval '5 seconds'
       ) p
       where not exists (
         select from pg_locks l
         where l.locktype = 'advisory'
         and l.database = (select oid from pg_database where datname = current_database())
         and l.classid::bigint = ${LOCK_CLASS} & 4294967295
         and l.objid::bigint = hashtext(p.id)::bigint & 4294967295
         and l.granted
       )
     )
     select d.ids, graphile_worker.force_unlock_workers(d.ids) from dead d where d.ids is not null`,
  );
  const ids: string[] = rows[0]?.ids ?? [];
  if (ids.length > 0) log.warn({ workers: ids }, "freed the jobs of workers that died");
  return ids;
}

/** Whether some worker is alive: for health checks. */
export const HAS_WORKER = `
  select exists (
    select from pg_locks l
    where l.locktype = 'advisory'
    and l.database = (select oid from pg_database where datname = current_database())
    and l.classid::bigint = ${LOCK_CLASS} & 4294967295
    and l.granted
  ) as has_worker`;
