import { sqlState } from "../base/database_error.ts";
import type { Db } from "../database/db.ts";

type CancelledQuery = {
  pid: number;
  login: string;
  program: string;
  seconds: number;
  outcome: "cancelled" | "already over" | "not permitted";
};

/**
 * Cancels the statements of other sessions of this database that have been running for longer than this. Their
 * transactions are rolled back and their sessions stay. A statement of another login can be cancelled by a member of
 * that login or of pg_signal_backend.
 */
export async function cancelQueries(db: Db, olderThanMs: number): Promise<CancelledQuery[]> {
  const { rows } = await db.query<Omit<CancelledQuery, "outcome"> & { query_start: Date }>(
    `select
       pid, usename as login, application_name as program,
       round(extract(epoch from clock_timestamp() - query_start))::int as seconds
     from pg_stat_activity
     where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid()
     and state = 'active' and query_start < clock_timestamp() - make_interval(secs => $1)
     order by query_start`,
    [olderThanMs / 1000],
  );
  const cancelled: CancelledQuery[] = [];
  for (const { pid, login, program, seconds } of rows)
    cancelled.push({ pid, login, program, seconds, outcome: await cancel(db, pid, olderThanMs) });
  return cancelled;
}

/** Looks again in the same statement: the session may run another statement by now. */
async function cancel(db: Db, pid: number, olderThanMs: number): Promise<CancelledQuery["outcome"]> {
  try {
    const { rows } = await db.query<{ is_cancelled: boolean }>(
      `select pg_cancel_backend(pid) as is_cancelled
       from pg_stat_activity
       where pid = $1 and state = 'active' and query_start < clock_timestamp() - make_interval(secs => $2)`,
      [pid, olderThanMs / 1000],
    );
    return rows[0]?.is_cancelled ? "cancelled" : "already over";
  } catch (error) {
    if (sqlState(error) === "42501") return "not permitted";
    throw error;
  }
}
