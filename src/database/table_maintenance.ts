import type pg from "pg";
import type { Log } from "../base/log.ts";

/** The interval. Autovacuum runs once a minute; by then a queue is full of dead rows. */
const LOOK_MS = 5_000;
/** A queue with more dead rows than this is vacuumed, because every scan of the queue reads them. */
const MAX_DEAD_ROWS = 2_000;
/** A table up to this size is analysed when it has grown by half: otherwise it is planned with outdated statistics. */
const SMALL_TABLE_ROWS = 500_000;

/** Finds the tables to maintain. A queue is marked by an autovacuum setting of its own. */
const TABLES_TO_MAINTAIN = `
  select s.relid::regclass::text as name, t.is_queue
  from pg_stat_user_tables s
  join pg_class c on c.oid = s.relid
  cross join lateral (
    select coalesce(c.reloptions::text like '%autovacuum_vacuum_scale_factor=%', false) as is_queue
  ) t
  where s.schemaname in ('app_public', 'app_hidden', 'app_private')
  and (
    t.is_queue and s.n_dead_tup > $1
    or not t.is_queue
      and s.n_live_tup between 1000 and $2
      and s.n_mod_since_analyze > 1000 + s.n_live_tup / 2
      and coalesce(greatest(s.last_analyze, s.last_autoanalyze), '-infinity') < now() - interval '10 seconds'
  )`;

/**
 * Maintains tables that change faster than autovacuum runs: vacuums the queues, and analyses tables while they are
 * small. A table that another process is maintaining is skipped. Returns the names of the maintained tables.
 */
export async function maintainTables(pool: pg.Pool): Promise<string[]> {
  const { rows } = await pool.query<{ name: string; is_queue: boolean }>(TABLES_TO_MAINTAIN, [
    MAX_DEAD_ROWS,
    SMALL_TABLE_ROWS,
  ]);
  for (const { name, is_queue } of rows)
    await pool.query(`${is_queue ? "vacuum (skip_locked, truncate off)" : "analyze (skip_locked)"} ${name}`);
  return rows.map(({ name }) => name);
}

/** Maintains tables every few seconds. This is not a job, because jobs may be delayed. */
export function startTableMaintenance(pool: pg.Pool, log: Log): { stop(): void } {
  let isLooking = false;
  const timer = setInterval(async () => {
    if (isLooking) return;
    isLooking = true;
    await maintainTables(pool).catch((err: unknown) =>
      log.debug({ err }, "table maintenance failed; autovacuum continues"),
    );
    isLooking = false;
  }, LOOK_MS);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}
