import { type Catalog, SCHEMAS, SHOWN_TABLES } from "./catalog.ts";
import { lowercase } from "./lowercase.ts";

type TableRow = { name: string; lines: string[]; partition_key: string | null; options: string | null };

/**
 * `create table` for every table, by name, with its columns and constraints. `not null` is printed as an attribute of
 * the column, as in PostgreSQL 17 and before; PostgreSQL 18 also lists it as a constraint.
 */
export async function createTables(catalog: Catalog): Promise<{ of: string; text: string }[]> {
  const { rows } = await catalog.query<TableRow>(
    `select t.name, array(${COLUMNS} order by a.attnum) || array(${CONSTRAINTS}) as lines,
       case when t.relkind = 'p' then pg_get_partkeydef(t.oid) end as partition_key,
       array_to_string(t.reloptions, ', ') as options
     from (${SHOWN_TABLES}) t
     order by t.name collate "C"`,
    [SCHEMAS],
  );
  return rows.map(({ name, lines, partition_key, options }) => ({
    of: name,
    text: [
      `create table ${name} (\n${lines.map((line) => `  ${lowercase(line)}`).join(",\n")}\n)`,
      partition_key && `partition by ${lowercase(partition_key)}`,
      options && `with (${options.replaceAll("=", " = ")})`,
    ]
      .filter(Boolean)
      .join(" ")
      .concat(";"),
  }));
}

const COLUMNS = `
  select concat_ws(' ',
    quote_ident(a.attname),
    format_type(a.atttypid, a.atttypmod),
    case when a.attcollation <> y.typcollation then 'collate ' || a.attcollation::regcollation end,
    case when a.attnotnull then 'not null' end,
    case a.attgenerated
      when 's' then 'generated always as (' || pg_get_expr(d.adbin, d.adrelid) || ') stored'
      when 'v' then 'generated always as (' || pg_get_expr(d.adbin, d.adrelid) || ') virtual'
      else 'default ' || pg_get_expr(d.adbin, d.adrelid)
    end)
  from pg_attribute a
  join pg_type y on y.oid = a.atttypid
  left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
  where a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped`;

const CONSTRAINTS = `
  select format('constraint %I %s', k.conname, pg_get_constraintdef(k.oid))
  from pg_constraint k
  where k.conrelid = t.oid
  and k.contype in ('p', 'u', 'x', 'f', 'c')
  -- A foreign key to a partitioned table has one more row for each partition.
  and k.conparentid = 0
  order by position(k.contype::text in 'puxfc'), k.conname collate "C"`;
