import type pg from "pg";
import type { Log } from "../base/log.ts";

/** How often to look. Autovacuum looks once a minute, and finds queues full of dead rows. */
const LOOK_MS = 5_000;
/** Dead rows of a queue: with more of them, every scan of the queue reads them one by one. */
const LITTERED = 2_000;
/** A table of up to so many rows that has grown by half since its last analysis is planned for as if it were small. */
const YOUNG_ROWS = 500_000;

/** A queue, through which rows only pass, is a table with an autovacuum setting of its own. */
const NEEDY = `
  select s.relid::regclass::text as name, t.is_queue
  from pg_stat_user_tables s
  join pg_class c on c.oid = s.relid
  cross join lateral (
    select coalesce(c.reloptions::text like '%autovacuum_vacuum_scale_factor=%', false) as is_queue
  ) t
  where s.schemaname in ('app_public', 'app_private')
  and (
    t.is_queue and s.n_dead_tup > $1
    or not t.is_queue
      and s.n_live_tup between 1000 and $2
      and s.n_mod_since_analyze > 1000 + s.n_live_tup / 2
      and coalesce(greatest(s.last_analyze, s.last_autoanalyze), '-infinity') < now() - interval '10 seconds'
  )`;

/**
 * Looks after the tables that change faster than autovacuum looks: vacuums the queues, and analyses tables while they are
 * small. A table that another process is working on is skipped. Returns the names of those that needed care.
 */
export async function careForTables(pool: pg.Pool): Promise<string[]> {
  const { rows } = await pool.query<{ name: string; is_queue: boolean }>(NEEDY, [LITTERED, YOUNG_ROWS]);
  for (const { name, is_queue } of rows)
    await pool.query(`${is_queue ? "vacuum (skip_locked, truncate off)" : "analyze (skip_locked)"} ${name}`);
  return rows.map(({ name }) => name);
}

/** Does so every few seconds. Not a job, because the jobs may be what is delayed. */
export function keepTables(pool: pg.Pool, log: Log): { stop(): void } {
  let isLooking = false;
  const timer = setInterval(async () => {
    if (isLooking) return;
    isLooking = true;
    await careForTables(pool).catch((err: unknown) =>
      log.debug({ err }, "table maintenance failed; autovacuum continues"),
    );
    isLooking = false;
  }, LOOK_MS);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}
