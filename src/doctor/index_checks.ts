import { bySql, type Check } from "./check.ts";

/** Indexes of the operator's tables count too; those of PostgreSQL, and of the packages that own a schema, do not. */
const OURS = `n.nspname not in (
  'pg_catalog', 'information_schema', 'pg_toast', 'graphile_worker', 'graphile_migrate'
)`;

export const INDEX_CHECKS: readonly Check[] = [
  {
    name: "invalid_indexes",
    severity: "warning",
    meaning:
      "Creating an index failed half-way. It is written to and never used; a unique one does not ensure uniqueness.",
    remedy: "`reindex index concurrently …`, or drop it.",
    find: bySql(
      `select format('%s of %s', i.indexrelid::regclass, i.indrelid::regclass) as what
       from pg_index i
       where not i.indisvalid
       and not exists (select from pg_stat_progress_create_index p where p.index_relid = i.indexrelid)`,
    ),
  },
  {
    name: "duplicate_indexes",
    severity: "warning",
    meaning: "Two indexes of a table are the same: each write pays for both.",
    remedy: "`drop index concurrently …` for the one that no constraint needs.",
    find: bySql(
      `select format('%s of %s', string_agg(d.index::text, ' and ' order by d.index::text), d.indrelid::regclass) as what
       from (
         select
           i.indexrelid::regclass as index, i.indrelid, i.indkey::text, i.indclass::text, i.indcollation::text,
           i.indoption::text, c.relam, pg_get_expr(i.indexprs, i.indrelid) as expressions,
           pg_get_expr(i.indpred, i.indrelid) as predicate
         from pg_index i
         join pg_class c on c.oid = i.indexrelid
         join pg_namespace n on n.oid = c.relnamespace
         where not c.relispartition and i.indisvalid and ${OURS}
       ) d
       group by d.indrelid, d.indkey, d.indclass, d.indcollation, d.indoption, d.relam, d.expressions, d.predicate
       having count(*) > 1`,
    ),
  },
  {
    name: "unused_indexes",
    severity: "advice",
    needsPrimary: true,
    meaning: "No query has used a large index since the statistics began. It costs writes and memory.",
    remedy:
      "If this is true on every replica too, and at the end of a month, `drop index concurrently …`. Keep those that Parley has created.",
    find: bySql(
      `select format('%s of %s (%s)', u.name, u.of_table, pg_size_pretty(u.bytes)) as what
       from (
         select
           min(coalesce(p.inhparent, i.indexrelid)::regclass::text) as name,
           min(coalesce(t.inhparent, i.indrelid)::regclass::text) as of_table,
           sum(pg_relation_size(i.indexrelid)) as bytes, sum(s.idx_scan) as scans
         from pg_index i
         join pg_stat_user_indexes s on s.indexrelid = i.indexrelid
         join pg_namespace n on n.nspname = s.schemaname
         left join pg_inherits p on p.inhrelid = i.indexrelid
         left join pg_inherits t on t.inhrelid = i.indrelid
         where not i.indisunique and i.indisvalid and ${OURS}
         group by coalesce(p.inhparent, i.indexrelid)
       ) u
       where u.scans = 0 and u.bytes > $1
       and (
         select coalesce(d.stats_reset, pg_postmaster_start_time()) < now() - make_interval(days => $2)
         from pg_stat_database d where d.datname = current_database()
       )
       order by u.bytes desc`,
      ({ limits }) => [limits.unusedIndexBytes, limits.unusedIndexDays],
    ),
  },
  {
    name: "foreign_keys_without_index",
    severity: "warning",
    meaning: "Deleting a row, such as a tenant, reads the whole table that refers to it.",
    remedy: "Create an index that starts with the columns of the foreign key.",
    find: bySql(
      `select format('%s of %s', k.conname, k.conrelid::regclass) as what
       from pg_constraint k
       join pg_class c on c.oid = k.conrelid
       join pg_namespace n on n.oid = c.relnamespace
       where k.contype = 'f' and k.conparentid = 0 and ${OURS}
       and not exists (
         select from pg_index i
         where i.indrelid = k.conrelid
         and (
           (i.indkey::int2[])[0:cardinality(k.conkey) - 1] @> k.conkey
           -- An id finds its rows without the tenant.
           or cardinality(k.conkey) = 2 and i.indkey[0] = k.conkey[2]
         )
       )`,
    ),
  },
];
