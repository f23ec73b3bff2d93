import { bySql, type Check } from "./check.ts";

/** How a session is named in findings; `a` is pg_stat_activity. */
const SESSION =
  "format('pid %s (%s, %s)', a.pid, a.usename, coalesce(nullif(a.application_name, ''), 'no name'))";
const STATEMENT = "left(regexp_replace(a.query, '\\s+', ' ', 'g'), 100)";
const OTHERS =
  "a.datname = current_database() and a.backend_type = 'client backend' and a.pid <> pg_backend_pid()";

/** What sessions do now. */
export const SESSION_CHECKS: readonly Check[] = [
  {
    name: "slow_queries",
    severity: "warning",
    readsSessions: true,
    meaning: "A statement has been running for long. It uses a connection and may hold locks.",
    remedy:
      "If it is not a dump or a report that you know, cancel it: `parley doctor --cancel-older-than 5m`.",
    find: bySql(
      `select
         format('%s: %s s: %s', ${SESSION}, round(extract(epoch from now() - a.query_start)), ${STATEMENT}) as what
       from pg_stat_activity a
       where ${OTHERS} and a.state = 'active' and a.query_start < now() - make_interval(secs => $1)
       order by a.query_start`,
      ({ limits }) => [limits.slowQuerySeconds],
    ),
  },
  {
    name: "long_transactions",
    severity: "warning",
    readsSessions: true,
    meaning:
      "While a transaction is open, vacuum cannot remove rows that were deleted since it began: queues become slow. A migration waits for its locks.",
    remedy: "End the program that the session belongs to, or `select pg_terminate_backend(pid)`.",
    find: bySql(
      `select
         format('%s: open for %s s, %s', ${SESSION}, round(extract(epoch from now() - a.xact_start)), a.state) as what
       from pg_stat_activity a
       where ${OTHERS} and a.xact_start < now() - make_interval(secs => $1)
       union all
       select format('prepared transaction %s: open for %s s', gid, round(extract(epoch from now() - prepared)))
       from pg_prepared_xacts
       where database = current_database() and prepared < now() - make_interval(secs => $1)`,
      ({ limits }) => [limits.longTransactionSeconds],
    ),
  },
  {
    name: "idle_in_transaction",
    severity: "warning",
    readsSessions: true,
    meaning:
      "A session has begun a transaction and does nothing. What it has locked stays locked. Parley's own sessions are ended after 10 s.",
    remedy:
      "Correct the program (it does not commit), or set `idle_in_transaction_session_timeout` for its role.",
    find: bySql(
      `select
         format('%s: idle for %s s, after %s', ${SESSION}, round(extract(epoch from now() - a.state_change)), ${STATEMENT})
           as what
       from pg_stat_activity a
       where ${OTHERS} and a.state like 'idle in transaction%'
       and a.state_change < now() - make_interval(secs => $1)`,
      ({ limits }) => [limits.idleInTransactionSeconds],
    ),
  },
  {
    name: "blocked",
    severity: "warning",
    meaning: "A session waits for a lock that another session holds.",
    remedy:
      "End the session that holds it: `select pg_cancel_backend(pid)`, or `pg_terminate_backend(pid)` if it is idle.",
    find: bySql(
      `select
         format(
           '%s has waited for %s s for %s%s', ${SESSION}, round(extract(epoch from now() - l.waited_from)),
           coalesce(
             (
               select string_agg(format('pid %s (%s)', b.pid, coalesce(nullif(b.application_name, ''), b.usename)), ', ')
               from pg_stat_activity b where b.pid = any (pg_blocking_pids(a.pid))
             ),
             'a prepared transaction'
           ),
           l.on_table
         ) as what
       from (
         select
           pid, min(waitstart) as waited_from, min(' on ' || relation::regclass::text) as on_table
         from pg_locks where not granted group by pid
       ) l
       join pg_stat_activity a on a.pid = l.pid
       where a.datname = current_database() and l.waited_from < now() - make_interval(secs => $1)`,
      ({ limits }) => [limits.blockedSeconds],
    ),
  },
];
