import type pg from "pg";
import { metrics } from "../base/metrics.ts";
import type { MetricsSource } from "../http/metrics_route.ts";
import { ALLOWED_CONNECTIONS } from "./server_checks.ts";

type ServerFigures = {
  states: Record<string, number>;
  allowed: number;
  bytes: number;
  cache_hits: number;
  deadlocks: number;
  transaction_seconds: number;
  blocked: number;
  now: number;
  lags: Record<string, number>;
  slots: Record<string, number>;
  tables: { name: string; bytes: number; dead: number }[];
};

/** In one statement, so that the figures are of one moment. Partitions count as their table. */
const FIGURES = `
  select
    (
      select coalesce(jsonb_object_agg(s.state, s.count), '{}')
      from (
        select coalesce(replace(a.state, ' ', '_'), 'hidden') as state, count(*) as count
        from pg_stat_activity a where a.backend_type = 'client backend' group by 1
      ) s
    ) as states,
    (${ALLOWED_CONNECTIONS}) as allowed,
    pg_database_size(current_database())::float8 as bytes,
    coalesce(d.blks_hit::float8 / nullif(d.blks_hit + d.blks_read, 0), 1) as cache_hits,
    d.deadlocks::float8 as deadlocks,
    (
      select coalesce(max(extract(epoch from now() - a.xact_start)), 0)::float8
      from pg_stat_activity a
      where a.datname = current_database() and a.backend_type = 'client backend' and a.pid <> pg_backend_pid()
    ) as transaction_seconds,
    (
      select count(distinct l.pid)::int
      from pg_locks l join pg_stat_activity a on a.pid = l.pid
      where not l.granted and a.datname = current_database()
    ) as blocked,
    extract(epoch from clock_timestamp())::float8 as now,
    (
      -- Standbys may have the same name.
      select coalesce(jsonb_object_agg(r.name, r.lag), '{}')
      from (
        select s.application_name as name, coalesce(max(extract(epoch from s.replay_lag)), 0) as lag
        from pg_stat_replication s group by s.application_name
      ) r
    ) as lags,
    (
      select coalesce(
        jsonb_object_agg(
          s.slot_name,
          pg_wal_lsn_diff(
            case when pg_is_in_recovery() then pg_last_wal_receive_lsn() else pg_current_wal_lsn() end, s.restart_lsn
          )
        ),
        '{}'
      )
      from pg_replication_slots s where s.restart_lsn is not null
    ) as slots,
    (
      select coalesce(jsonb_agg(t), '[]')
      from (
        select
          coalesce(i.inhparent, s.relid)::regclass::text as name, sum(pg_total_relation_size(s.relid)) as bytes,
          sum(s.n_dead_tup) as dead
        from pg_stat_user_tables s
        left join pg_inherits i on i.inhrelid = s.relid
        group by coalesce(i.inhparent, s.relid)
        order by bytes desc
        limit 10
      ) t
    ) as tables
  from pg_stat_database d
  where d.datname = current_database()`;

/** What the server says of itself. */
export function serverMetrics(pool: pg.Pool): MetricsSource {
  const all = [
    metrics.databaseConnections,
    metrics.databaseConnectionsAllowed,
    metrics.databaseBytes,
    metrics.databaseCacheHits,
    metrics.databaseDeadlocks,
    metrics.databaseTransactionAge,
    metrics.databaseBlocked,
    metrics.databaseClockOffset,
    metrics.replicationLag,
    metrics.replicationSlotBytes,
    metrics.tableBytes,
    metrics.tableDeadRows,
  ];
  return {
    metrics: all,
    freshMs: 15_000,
    isAwaited: true,
    async read() {
      const asked = Date.now();
      const { rows } = await pool.query<ServerFigures>(FIGURES);
      const figures = rows[0]!;
      for (const metric of all) metric.reset();
      for (const [state, count] of Object.entries(figures.states))
        metrics.databaseConnections.set({ state }, count);
      metrics.databaseConnectionsAllowed.set(figures.allowed);
      metrics.databaseBytes.set(figures.bytes);
      metrics.databaseCacheHits.set(figures.cache_hits);
      metrics.databaseDeadlocks.inc(figures.deadlocks);
      metrics.databaseTransactionAge.set(figures.transaction_seconds);
      metrics.databaseBlocked.set(figures.blocked);
      metrics.databaseClockOffset.set(figures.now - (asked + Date.now()) / 2000);
      for (const [standby, seconds] of Object.entries(figures.lags))
        metrics.replicationLag.set({ standby }, seconds);
      for (const [slot, bytes] of Object.entries(figures.slots))
        metrics.replicationSlotBytes.set({ slot }, bytes);
      for (const { name, bytes, dead } of figures.tables) {
        metrics.tableBytes.set({ table: name }, bytes);
        metrics.tableDeadRows.set({ table: name }, dead);
      }
    },
  };
}
