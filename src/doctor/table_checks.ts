import { bySql, type Check } from "./check.ts";

/** The operator's tables count too; those of PostgreSQL do not. */
const OURS = "s.schemaname not in ('pg_catalog', 'information_schema', 'pg_toast')";

/**
 * How large tables are, and how large they would be if they were written again, by the statistics of the planner. Rows
 * that are stored out of line are not counted.
 */
export const BLOAT = `
  select
    c.oid::regclass::text as name, pg_relation_size(c.oid) as bytes,
    least(
      pg_relation_size(c.oid),
      ceil(c.reltuples * (28 + w.width) / 0.98 / f.fill_factor)::bigint
    ) as needed
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
  cross join lateral (
    select coalesce(max(substr(o.option, 12)::float8) / 100, 1) as fill_factor
    from unnest(c.reloptions) o (option) where o.option like 'fillfactor=%'
  ) f
  cross join lateral (
    select sum(p.avg_width * (1 - p.null_frac)) as width
    from pg_stats p where p.schemaname = n.nspname and p.tablename = c.relname and not p.inherited
  ) w
  where c.relkind in ('r', 'm') and c.reltuples > 0 and w.width is not null
  and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')`;

/** Tables: vacuum, statistics, size, row level security. */
export const TABLE_CHECKS: readonly Check[] = [
  {
    name: "autovacuum",
    severity: "problem",
    meaning: "Deleted rows are not removed: the table grows, and each query reads more.",
    remedy:
      "Set `autovacuum` and `track_counts` to `on`; for a table: `alter table … reset (autovacuum_enabled)`.",
    find: bySql(
      `select format('%s is off', s.name) as what
       from unnest(array['autovacuum', 'track_counts']) s (name)
       where current_setting(s.name) = 'off'
       union all
       select format('it is off for %s', c.oid::regclass)
       from pg_class c
       cross join unnest(c.reloptions) o (option)
       where o.option ~ '^autovacuum_enabled=(f|of|n|0)'`,
    ),
  },
  {
    name: "dead_rows",
    severity: "warning",
    needsPrimary: true,
    meaning: "A large part of the table are deleted rows, and vacuum has not removed them in the last hour.",
    remedy: "Look for long transactions, which hold vacuum back; then `vacuum …`.",
    find: bySql(
      `select format('%s has %s dead rows beside %s live ones', s.relid::regclass, s.n_dead_tup, s.n_live_tup) as what
       from pg_stat_user_tables s
       where s.n_dead_tup > $1 and s.n_dead_tup > $2::float8 * (s.n_live_tup + s.n_dead_tup)
       and coalesce(greatest(s.last_vacuum, s.last_autovacuum), '-infinity') < now() - interval '1 hour'
       order by s.n_dead_tup desc`,
      ({ limits }) => [limits.deadRows, limits.deadRowShare],
    ),
  },
  {
    name: "never_analysed",
    severity: "warning",
    needsPrimary: true,
    meaning: "The planner has no statistics about a large table, and may choose plans that read all of it.",
    remedy: "Run `analyze …`.",
    find: bySql(
      `select format('%s has %s rows', s.relid::regclass, s.n_live_tup) as what
       from pg_stat_user_tables s
       where s.n_live_tup > $1 and s.last_analyze is null and s.last_autoanalyze is null`,
      ({ limits }) => [limits.bigTableRows],
    ),
  },
  {
    name: "bloat",
    severity: "advice",
    isCostly: true,
    meaning: "By estimate, much of the table is free space, which is used again but costs reads.",
    remedy: "If it does not shrink with time, use `pg_repack`, or `vacuum full` while Parley is stopped.",
    find: bySql(
      `select
         format('%s: %s of %s are free', b.name, pg_size_pretty(b.bytes - b.needed), pg_size_pretty(b.bytes)) as what
       from (${BLOAT}) b
       where b.bytes - b.needed > $1::float8 and b.bytes - b.needed > $2::float8 * b.bytes
       order by b.bytes - b.needed desc`,
      ({ limits }) => [limits.bloatBytes, limits.bloatShare],
    ),
  },
  {
    name: "scans_of_big_tables",
    severity: "warning",
    needsPrimary: true,
    meaning:
      "Queries often read a whole table that is large: an index is missing, or a query does not use it.",
    remedy: "Find the query (the table of slowest statements, or `LOG_SQL`), and its plan with `explain`.",
    find: bySql(
      `select
         format('%s was read %s times, %s rows each time', s.relid::regclass, s.seq_scan, s.seq_tup_read / nullif(s.seq_scan, 0)) as what
       from pg_stat_user_tables s
       where s.seq_scan > $1 and s.seq_tup_read / nullif(s.seq_scan, 0) > $2 and ${OURS}
       order by s.seq_tup_read desc`,
      ({ limits }) => [limits.scansOfBigTable, limits.bigTableRows],
    ),
  },
  {
    name: "cache_hits",
    severity: "advice",
    needsPrimary: true,
    meaning:
      "Many pages are not found in the server's cache and are read from the disk or the system's cache.",
    remedy: "Give the server more memory: `shared_buffers`, a quarter of the machine's.",
    find: bySql(
      `select format('%s %% of page reads were in the cache', round(100 * d.blks_hit / (d.blks_hit + d.blks_read))) as what
       from pg_stat_database d
       where d.datname = current_database() and d.blks_read > $1::bigint
       and d.blks_hit < $2::float8 * (d.blks_hit + d.blks_read)`,
      ({ limits }) => [limits.cacheReads, limits.cacheHitShare],
    ),
  },
  {
    name: "row_security",
    severity: "problem",
    meaning:
      "A table has no row level security, or the API's login is not subject to it: a tenant may read another tenant's rows.",
    remedy: "`alter table … enable row level security`; `alter role … nosuperuser nobypassrls`.",
    find: bySql(
      `select format('row level security is off for %s', c.oid::regclass) as what
       from pg_class c
       join pg_namespace n on n.oid = c.relnamespace
       where n.nspname in ('app_public', 'app_hidden', 'app_private') and c.relkind in ('r', 'p')
       and not c.relrowsecurity
       union all
       select format('the role %s bypasses it', r.rolname)
       from pg_roles r
       where r.rolname in ('parley_authenticator', 'parley_visitor') and (r.rolsuper or r.rolbypassrls)`,
    ),
  },
  {
    name: "partitions",
    severity: "problem",
    meaning:
      "A monthly partition is missing: of this month, nothing can be stored; of the next (a warning), it stops at the end of the month. Rows in a default partition keep their month's partition from being made.",
    remedy: "Run `parley migrate`, and see why the task `maintain` does not do it.",
    find: bySql(
      `select
         format('missing: %s', a.name) as what,
         case when not exists (select from app_private.missing_partitions(0) m where m.name = a.name) then 'warning' end
           as severity
       from app_private.missing_partitions(1) a
       union all
       select format('%s has rows', s.relid::regclass), 'warning'
       from pg_partitioned_table p
       join pg_stat_user_tables s on s.relid = p.partdefid
       where s.n_live_tup > 0`,
    ),
  },
];
