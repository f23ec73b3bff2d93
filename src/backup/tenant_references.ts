import type { Db } from "../database/db.ts";
import { damaged } from "./damaged.ts";
import type { ListedTable } from "./table_list.ts";
import { tenantCondition } from "./tenant_tables.ts";

type ForeignKey = {
  name: string;
  child: string;
  parent: string;
  columns: string[];
  parent_columns: string[];
};

/** Checks the foreign keys of a tenant's rows, which were not checked when they were loaded. @throws ParleyError PYBAK */
export async function requireTenantReferences(
  db: Db,
  tables: readonly ListedTable[],
  tenantId: string,
): Promise<void> {
  const names = (of: string, numbers: string) =>
    `array(select quote_ident(a.attname) from unnest(k.${numbers}) with ordinality n (number, at)
       join pg_attribute a on a.attrelid = k.${of} and a.attnum = n.number order by n.at)`;
  const { rows } = await db.query<ForeignKey>(
    `select k.conname as name, k.conrelid::regclass::text as child, k.confrelid::regclass::text as parent,
       ${names("conrelid", "conkey")} as columns, ${names("confrelid", "confkey")} as parent_columns
     from pg_constraint k
     where k.contype = 'f' and k.conparentid = 0 and k.conrelid::regclass::text = any ($1)`,
    [tables.map(({ name }) => name)],
  );
  for (const { name, child, parent, columns, parent_columns } of rows) {
    const condition = tenantCondition(tables.find((table) => table.name === child)!, tenantId);
    const { rowCount } = await db.query(
      `select from (select * from ${child} where ${condition}) c
       where ${columns.map((column) => `c.${column} is not null`).join(" and ")}
       and not exists (
         select from ${parent} p
         where ${columns.map((column, at) => `p.${parent_columns[at]} = c.${column}`).join(" and ")}
       )
       limit 1`,
    );
    if (rowCount !== 0) throw damaged(`rows of ${child} refer to rows that are not in it (${name})`);
  }
}
