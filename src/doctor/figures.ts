import type { Db } from "../database/db.ts";
import { BLOAT } from "./table_checks.ts";

/** A table of the report: figures without a judgement. */
type Figure = {
  name: string;
  title: string;
  read(db: Db): Promise<Rows>;
};

type Rows = readonly Readonly<Record<string, unknown>>[];

/** The tables of the report, in its order. */
export const FIGURES: readonly Figure[] = [
  bySql(
    "settings",
    "Settings",
    `select s.name, current_setting(s.name) as value
     from unnest(array[
       'server_version', 'max_connections', 'max_locks_per_transaction', 'shared_buffers', 'work_mem', 'max_wal_size',
       'wal_level', 'archive_mode', 'synchronous_commit', 'data_checksums', 'jit', 'TimeZone', 'autovacuum'
     ]) s (name)`,
  ),
  bySql(
    "connections",
    "Connections",
    `select
       coalesce(datname, '') as database, coalesce(usename, '') as login,
       coalesce(nullif(application_name, ''), backend_type) as program, coalesce(state, 'hidden') as state,
       count(*)::int as connections,
       max(round(extract(epoch from now() - state_change)))::int as longest_seconds
     from pg_stat_activity
     where backend_type in ('client backend', 'walsender')
     group by 1, 2, 3, 4
     order by connections desc, database, program, state
     limit 40`,
  ),
  bySql(
    "replication",
    "Standbys",
    `select
       application_name as standby, state, sync_state,
       pg_size_pretty(pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn)) as behind,
       round(extract(epoch from replay_lag))::int as seconds
     from pg_stat_replication
     where not pg_is_in_recovery()
     order by application_name`,
  ),
  bySql(
    "tables",
    "Largest tables",
    `select
       s.relid::regclass::text as table, pg_size_pretty(pg_total_relation_size(s.relid)) as size,
       pg_size_pretty(pg_indexes_size(s.relid)) as indexes, s.n_live_tup::int as live_rows, s.n_dead_tup::int as dead_rows,
       round(100 * (b.bytes - b.needed) / nullif(b.bytes, 0))::int as free_percent,
       s.seq_scan::int as scans, round(100.0 * i.heap_blks_hit / nullif(i.heap_blks_hit + i.heap_blks_read, 0))::int as cached_percent,
       date_trunc('minute', greatest(s.last_vacuum, s.last_autovacuum)) as vacuumed,
       date_trunc('minute', greatest(s.last_analyze, s.last_autoanalyze)) as analysed
     from pg_stat_user_tables s
     join pg_statio_user_tables i on i.relid = s.relid
     left join (${BLOAT}) b on b.name = s.relid::regclass::text
     order by pg_total_relation_size(s.relid) desc, 1
     limit 15`,
  ),
  bySql(
    "indexes",
    "Largest indexes",
    `select
       s.indexrelid::regclass::text as index, s.relid::regclass::text as table,
       pg_size_pretty(pg_relation_size(s.indexrelid)) as size, s.idx_scan::int as scans
     from pg_stat_user_indexes s
     order by pg_relation_size(s.indexrelid) desc, 1
     limit 15`,
  ),
  {
    name: "statements",
    title: "Slowest statements",
    read: readStatements,
  },
  bySql(
    "backups",
    "Last backups",
    `select scope, target, date_trunc('second', taken_at) as taken_at, date_trunc('second', finished_at) as finished_at
     from app_private.backups
     order by taken_at desc
     limit 3`,
  ),
  bySql(
    "queues",
    "Queues",
    `select 'outbox: ' || state as queue, count(*)::int as rows,
       round(extract(epoch from now() - min(created_at)))::int as oldest_seconds
     from app_private.outbox group by state
     union all
     select 'jobs: ' || task_identifier, count(*)::int, round(extract(epoch from now() - min(run_at)))::int
     from graphile_worker.jobs where run_at <= now() and attempts < max_attempts group by task_identifier
     union all
     select 'chatbot events', count(*)::int, round(extract(epoch from now() - min(due_at)))::int
     from app_private.chatbot_events where due_at <= now() having count(*) > 0
     order by 1`,
  ),
  bySql(
    "channels",
    "Channels",
    `select
       t.slug as tenant, c.name as channel, c.kind, a.address as number, c.status, c.status_reason as reason,
       a.quality, a.sending_limit as limit, date_trunc('second', s.last_webhook_at) as last_webhook,
       date_trunc('second', q.waiting_since) as messages_wait_since
     from app_public.channels c
     join app_public.tenants t on t.id = c.tenant_id
     join app_private.channel_accounts() a on a.channel_id = c.id
     left join app_private.channel_states s on s.channel_id = c.id
     left join app_private.waiting_channels(50) q on q.channel_id = c.id
     order by q.waiting_since nulls last, t.slug, c.name
     limit 50`,
  ),
];

function bySql(name: string, title: string, text: string): Figure {
  return { name, title, read: async (db) => (await db.query<Record<string, unknown>>(text)).rows };
}

/** The extension may be in any schema. Statements of other logins have no text unless the owner may read them. */
async function readStatements(db: Db): Promise<Rows> {
  const { rows } = await db.query<{ schema: string | null }>(
    "select (select extnamespace::regnamespace::text from pg_extension where extname = 'pg_stat_statements') as schema",
  );
  const schema = rows[0]!.schema;
  if (schema === null) throw new Error(HOW_TO_HAVE_STATEMENTS);
  const { rows: statements } = await db.query<Record<string, unknown>>(
    `select
       round(total_exec_time)::bigint::float8 as total_ms, calls::float8 as calls,
       round(mean_exec_time::numeric, 2)::float8 as mean_ms, round(max_exec_time::numeric)::float8 as max_ms,
       (rows / greatest(calls, 1))::float8 as rows_each, left(regexp_replace(query, '\\s+', ' ', 'g'), 90) as statement
     from ${schema}.pg_stat_statements
     where dbid = (select oid from pg_database where datname = current_database())
     order by total_exec_time desc
     limit 15`,
  );
  return statements;
}

const HOW_TO_HAVE_STATEMENTS =
  "the extension pg_stat_statements is not installed. Add it to shared_preload_libraries (on a hosted server: in its settings), restart the server, and run as a superuser: create extension pg_stat_statements";
