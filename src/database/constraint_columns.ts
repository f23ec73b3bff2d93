import type { Db } from "./db.ts";

/** The columns of a constraint or a unique index of app_public, by its name, without the tenant that keys begin with. */
export type ConstraintColumns = ReadonlyMap<string, readonly string[]>;

/** An index on an expression has columns, too: those that the expression reads. */
const QUERY = `
  select k.conname as name, array(
      select a.attname::text
      from unnest(k.conkey) with ordinality c (number, at)
      join pg_attribute a on a.attrelid = k.conrelid and a.attnum = c.number
      order by c.at
    ) as columns
  from pg_constraint k
  where k.connamespace = 'app_public'::regnamespace and k.contype in ('c', 'f', 'p', 'u')
  union all
  select c.relname, array(
      select distinct a.attname::text
      from pg_depend d
      join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
      where d.classid = 'pg_class'::regclass and d.objid = i.indexrelid and d.refobjid = i.indrelid
      and d.refobjsubid > 0
    )
  from pg_index i
  join pg_class c on c.oid = i.indexrelid
  where c.relnamespace = 'app_public'::regnamespace and i.indisunique
  and not exists (select from pg_constraint k where k.conindid = i.indexrelid and k.contype in ('p', 'u'))`;

/** Reads them from the catalog, which every login may read. */
export async function readConstraintColumns(db: Db): Promise<ConstraintColumns> {
  const { rows } = await db.query<{ name: string; columns: string[] }>(QUERY);
  return new Map(rows.map(({ name, columns }) => [name, columns.filter((column) => column !== "tenant_id")]));
}
