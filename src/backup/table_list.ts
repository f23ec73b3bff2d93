import type { Db } from "../database/db.ts";
import { SCHEMAS } from "../database/dump/catalog.ts";
import type { BackedUpTable } from "./manifest.ts";

/** A table with rows of its own: an ordinary one, or a partition. */
export type ListedTable = Pick<BackedUpTable, "name" | "columns" | "partition">;

/** Generated columns are left out: they are computed again. */
const QUERY = `
  select
    format('%I.%I', n.nspname, c.relname) as name,
    array(
      select a.attname::text
      from pg_attribute a
      where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
      order by a.attnum
    ) as columns,
    format('%s.%s', p.relnamespace::regnamespace, p.relname) as parent,
    regexp_match(
      pg_get_expr(c.relpartbound, c.oid),
      $$^FOR VALUES FROM \\((?:'([0-9a-f-]+)'|MINVALUE)\\) TO \\('([0-9a-f-]+)'\\)$$
    ) as bounds
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
  left join pg_inherits i on i.inhrelid = c.oid and c.relispartition
  left join pg_class p on p.oid = i.inhparent
  where n.nspname = any ($1)
  and case when $2 then c.relkind in ('r', 'p') and not c.relispartition else c.relkind = 'r' end
  order by n.nspname collate "C", c.relname`;

type Row = { name: string; columns: string[]; parent: string; bounds: [string | null, string] | null };

/** Reads which tables there are, from the catalog: a table that a later version adds is in its backups. */
export function listTables(db: Db): Promise<ListedTable[]> {
  return list(db, false);
}

/** The tables without their partitions, partitioned ones included. */
export function listWholeTables(db: Db): Promise<ListedTable[]> {
  return list(db, true);
}

async function list(db: Db, isWhole: boolean): Promise<ListedTable[]> {
  const { rows } = await db.query<Row>(QUERY, [SCHEMAS, isWhole]);
  return rows.map(({ name, columns, parent, bounds }) => ({
    name,
    columns,
    ...(bounds && { partition: { of: parent, from: bounds[0], to: bounds[1] } }),
  }));
}

/** The list of columns in a COPY. */
export function columnList(columns: readonly string[]): string {
  return columns.map((column) => `"${column}"`).join(", ");
}
