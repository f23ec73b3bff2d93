import type { Db } from "../database/db.ts";
import { SCHEMAS } from "../database/dump/catalog.ts";

type ForeignKey = { table: string; name: string; definition: string; comment: string | null };

/**
 * Drops all foreign keys, and returns what adds them again. Without them tables can be loaded in any order, and adding
 * them checks all rows at once. An owner who is not a superuser cannot switch them off.
 */
export async function dropForeignKeys(db: Db): Promise<() => Promise<void>> {
  const { rows: keys } = await db.query<ForeignKey>(
    `select k.conrelid::regclass::text as "table", quote_ident(k.conname) as name,
       pg_get_constraintdef(k.oid) as definition, quote_literal(obj_description(k.oid, 'pg_constraint')) as comment
     from pg_constraint k
     where k.contype = 'f' and k.conparentid = 0 and k.connamespace::regnamespace::text = any ($1)
     order by 1, 2`,
    [SCHEMAS],
  );
  await db.query(keys.map(({ table, name }) => `alter table ${table} drop constraint ${name}`).join(";"));
  return async () => {
    for (const { table, name, definition, comment } of keys) {
      const note = comment === null ? "" : `; comment on constraint ${name} on ${table} is ${comment}`;
      await db.query(`alter table ${table} add constraint ${name} ${definition}${note}`);
    }
  };
}
