import type { Config } from "../base/config.ts";
import { bySql, type Check } from "./check.ts";

/** The connections that the server allows to this login. */
export const ALLOWED_CONNECTIONS = `
  select least(
    current_setting('max_connections')::int
      - current_setting('superuser_reserved_connections')::int
      - coalesce(current_setting('reserved_connections', true)::int, 0),
    nullif(d.datconnlimit, -1),
    nullif(r.rolconnlimit, -1)
  ) as allowed
  from pg_database d, pg_roles r
  where d.datname = current_database() and r.rolname = current_user`;

/** The most connections of one API process and one worker: docs/operations.md. */
function neededConnections({ DATABASE_POOL_SIZE: size, METRICS_PORT }: Config): number {
  const api = 2 * size + 6;
  const worker = size + (METRICS_PORT === undefined ? 2 : 5);
  return api + worker;
}

/** The server: its settings, its clock, its replicas. */
export const SERVER_CHECKS: readonly Check[] = [
  {
    name: "read_only",
    severity: "problem",
    meaning:
      "The server accepts no writes: it is a standby, or was set to read only by its host (often because its disk is full). Nothing can be received or sent.",
    remedy:
      "Connect to the primary. If it is the primary, free disk space, and then `default_transaction_read_only`.",
    find: bySql(
      `select
         case when pg_is_in_recovery() then 'the server is a standby' else 'transactions are read only' end as what,
         -- No process of Parley starts on a standby; one may well be examined.
         case when pg_is_in_recovery() then 'advice' end as severity
       where pg_is_in_recovery() or current_setting('transaction_read_only') = 'on'`,
    ),
  },
  {
    name: "durability",
    severity: "problem",
    meaning:
      "After a crash of the server, acknowledged messages may be lost, or the database may be damaged.",
    remedy:
      "Set `fsync`, `full_page_writes` and `synchronous_commit` to `on`, also where `alter database` or `alter role` sets them.",
    find: bySql(
      `select format('%s is off', s.name) as what
       from unnest(array['fsync', 'full_page_writes', 'synchronous_commit']) s (name)
       where current_setting(s.name) = 'off'`,
    ),
  },
  {
    name: "version",
    severity: "problem",
    meaning: "Parley is written for PostgreSQL 15 to 18, and tested with them.",
    remedy: "Upgrade the server.",
    find: bySql(
      `select format('the server is PostgreSQL %s', current_setting('server_version')) as what
       where current_setting('server_version_num')::int < 150000`,
    ),
  },
  {
    name: "pools",
    severity: "warning",
    meaning:
      "One API process and one worker of this configuration may open more connections than the server has for this login. Requests then fail under load.",
    remedy:
      "Raise `max_connections` (and limits of the database or the role), or lower `DATABASE_POOL_SIZE`.",
    find: bySql(
      `select format('%s connections may be needed, %s are allowed', $1::int, a.allowed) as what
       from (${ALLOWED_CONNECTIONS}) a where $1::int > a.allowed`,
      ({ config }) => [neededConnections(config)],
    ),
  },
  {
    name: "connections",
    severity: "warning",
    meaning: "Few connections are left. When none is left, webhooks are answered with 503 and requests fail.",
    remedy:
      "Find who holds them (the table of connections), stop what is not needed, use a pooler, or raise `max_connections`.",
    find: bySql(
      `select format('%s of %s connections are used', u.used, a.allowed) as what
       from (${ALLOWED_CONNECTIONS}) a
       cross join (select count(*)::int as used from pg_stat_activity where backend_type = 'client backend') u
       where u.used > $1::float8 * a.allowed`,
      ({ limits }) => [limits.connectionShare],
    ),
  },
  {
    name: "locks",
    severity: "advice",
    meaning:
      "A migration or a dump locks every monthly partition in one transaction, and fails when the table of locks is full.",
    remedy: "Set `max_locks_per_transaction = 128` (or more), and restart the server.",
    find: bySql(
      `select format('max_locks_per_transaction is %s', current_setting('max_locks_per_transaction')) as what
       where current_setting('max_locks_per_transaction')::int < 128`,
    ),
  },
  {
    name: "jit",
    severity: "advice",
    meaning: "Compiling a query takes longer than most of Parley's queries.",
    remedy: "Set `jit = off`, for example with `alter database … set jit = off`.",
    find: bySql(`select 'jit is on' as what where current_setting('jit') = 'on' and pg_jit_available()`),
  },
  {
    name: "checksums",
    severity: "advice",
    meaning: "Damage done by a disk is not noticed when a page is read.",
    remedy: "Stop the server and run `pg_checksums --enable`; a hosted server may not offer it.",
    find: bySql(`select 'data checksums are off' as what where current_setting('data_checksums') = 'off'`),
  },
  {
    name: "server_log",
    severity: "warning",
    meaning:
      "The server writes statements with their values to its log: customers' messages and phone numbers.",
    remedy:
      "Set `log_statement` to `none` or `ddl`, and `log_parameter_max_length = 0` beside `log_min_duration_statement`. `LOG_SQL` logs slow statements without values.",
    find: bySql(
      `select format('log_statement is %s', current_setting('log_statement')) as what
       where current_setting('log_statement') in ('mod', 'all')
       union all
       select 'log_min_duration_statement logs parameters'
       where (
         current_setting('log_min_duration_statement') <> '-1'
         or current_setting('log_min_duration_sample') <> '-1'
       )
       and current_setting('log_parameter_max_length') <> '0'`,
    ),
  },
  {
    name: "clock",
    severity: "warning",
    meaning:
      "The clock of this machine differs from the database's. Parley uses the database's clock for leases and schedules, but tokens, logs and signatures carry this machine's time.",
    remedy: "Synchronise both clocks (NTP, chrony).",
    async find({ db, now, limits }) {
      const asked = now();
      const { rows } = await db.query<{ now: number }>(
        "select extract(epoch from clock_timestamp())::float8 * 1000 as now",
      );
      const answered = now();
      const seconds = (rows[0]!.now - (asked + answered) / 2) / 1000;
      // The answer may have been on its way for as long as half the round trip.
      const certain = Math.abs(seconds) - (answered - asked) / 2000;
      if (certain <= limits.clockOffsetSeconds) return [];
      const direction = seconds > 0 ? "behind" : "ahead of";
      return [{ what: `this machine is ${Math.abs(seconds).toFixed(1)} s ${direction} the database` }];
    },
  },
  {
    name: "archiving",
    severity: "problem",
    meaning:
      "The server cannot archive its write-ahead log. It keeps all of it until the disk is full, and a restore to a point in time is not possible.",
    remedy: "See the server's log for the error of `archive_command`, and correct it.",
    find: bySql(
      `select format('archiving fails since %s', coalesce(last_archived_time, last_failed_time)) as what
       from pg_stat_archiver
       where last_failed_time > coalesce(last_archived_time, '-infinity')
       and current_setting('archive_mode') <> 'off'`,
    ),
  },
  {
    name: "replication_lag",
    severity: "warning",
    readsSessions: true,
    meaning:
      "A standby is behind. Readers of it see old data, and a failover to it takes longer or, without synchronous replication, loses the difference.",
    remedy: "Compare the network and the disks of both, and long queries on the standby.",
    find: bySql(
      `select format('standby %s is %s s behind', application_name, round(extract(epoch from replay_lag))) as what
       from pg_stat_replication
       where replay_lag > make_interval(secs => $1)`,
      ({ limits }) => [limits.replicationLagSeconds],
    ),
  },
  {
    name: "replication_slots",
    severity: "warning",
    meaning:
      "A replication slot that no standby uses makes the server keep its write-ahead log until the disk is full. As a problem: the log that it needs has been or will be removed.",
    remedy: "Start its standby again, or remove the slot: `select pg_drop_replication_slot('…')`.",
    find: bySql(
      `select
         format(
           'slot %s is not in use and keeps %s', slot_name,
           pg_size_pretty(pg_wal_lsn_diff(
             case when pg_is_in_recovery() then pg_last_wal_receive_lsn() else pg_current_wal_lsn() end, restart_lsn
           ))
         ) as what,
         case when wal_status in ('unreserved', 'lost') then 'problem' end as severity
       from pg_replication_slots
       where not active and not temporary`,
    ),
  },
  {
    name: "transaction_ids",
    severity: "warning",
    meaning: "Old rows are not frozen. At 2 billion transactions the server stops to accept writes.",
    remedy:
      "Find what holds vacuum back (old transactions, prepared transactions, slots), then run `vacuum (freeze)`.",
    find: bySql(
      `select
         format('database %s has rows that are %s million transactions old', datname, age(datfrozenxid) / 1000000) as what,
         case when age(datfrozenxid) > 1.6e9 then 'problem' end as severity
       from pg_database
       where age(datfrozenxid) > $1`,
      ({ limits }) => [limits.transactionAge],
    ),
  },
];
