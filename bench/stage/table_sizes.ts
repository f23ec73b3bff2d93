import type pg from "pg";

/** Bytes of a table with its partitions. */
export type TableSize = { table: string; heap: number; indexes: number };

/** The sizes of all tables and the position of the log; partitions are counted with their table. */
export async function tableSizes(client: pg.Client): Promise<Map<string, TableSize>> {
  const { rows } = await client.query<TableSize>(
    `select t.relname as table, sum(pg_table_size(c.oid))::float8 as heap, sum(pg_indexes_size(c.oid))::float8 as indexes
     from pg_class c
     join pg_namespace n on n.oid = c.relnamespace
     left join pg_inherits i on i.inhrelid = c.oid
     join pg_class t on t.oid = coalesce(i.inhparent, c.oid)
     where c.relkind = 'r' and n.nspname in ('app_public', 'app_hidden', 'app_private', 'graphile_worker')
     group by t.relname`,
  );
  return new Map(rows.map((row) => [row.table, row]));
}

/** Bytes of the log so far, and how often it was flushed to the disk. */
export async function logWritten(client: pg.Client): Promise<{ bytes: number; flushes: number }> {
  const { rows } = await client.query(
    `select (pg_current_wal_lsn() - '0/0')::float8 as bytes,
       (select sum(fsyncs)::float8 from pg_stat_io where object = 'wal') as flushes`,
  );
  return rows[0];
}
