import type pg from "pg";
import type { Log } from "../base/log.ts";

/** How often to look. Autovacuum looks once a minute, and finds queues full of what has left them. */
const LOOK_MS = 5_000;
/** Rows that have left a queue: more, and every look at it passes them by one after the other. */
const LITTERED = 2_000;
/** A table that has grown by half since it was last looked at is planned for as if it were small. */
const YOUNG_ROWS = 500_000;

/** Rows come and go in these. */
const QUEUES = ["outbox", "outbox_lanes", "chatbot_events", "chatbot_activity"];

const NEEDY = `
  select relid::regclass::text as name, relname = any ($1) as is_littered
  from pg_stat_user_tables
  where schemaname in ('app_public', 'app_private')
  and (
    relname = any ($1) and n_dead_tup > $2
    or relname <> all ($1)
      and n_live_tup between 1000 and $3
      and n_mod_since_analyze > 1000 + n_live_tup / 2
      and coalesce(greatest(last_analyze, last_autoanalyze), '-infinity') < now() - interval '10 seconds'
  )`;

/**
 * Looks after the tables that change faster than autovacuum looks: sweeps the queues, and has statistics made of tables
 * while they are young. Whoever comes second skips a table. Returns the names of those it did.
 */
export async function careForTables(pool: pg.Pool): Promise<string[]> {
  const { rows } = await pool.query<{ name: string; is_littered: boolean }>(NEEDY, [
    QUEUES,
    LITTERED,
    YOUNG_ROWS,
  ]);
  for (const { name, is_littered } of rows)
    await pool.query(
      `${is_littered ? "vacuum (skip_locked, truncate off)" : "analyze (skip_locked)"} ${name}`,
    );
  return rows.map(({ name }) => name);
}

/** Does so every few seconds; not as a job, because jobs may be what waits. */
export function keepTables(pool: pg.Pool, log: Log): { stop(): void } {
  let isLooking = false;
  const timer = setInterval(async () => {
    if (isLooking) return;
    isLooking = true;
    await careForTables(pool).catch((err: unknown) => log.debug({ err }, "tables are left to autovacuum"));
    isLooking = false;
  }, LOOK_MS);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}
