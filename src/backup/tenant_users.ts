import type { Db } from "../database/db.ts";
import { damaged } from "./damaged.ts";
import type { BackedUpTable } from "./manifest.ts";
import { columnList, listWholeTables } from "./table_list.ts";

/** The tables of people, who may be members of other tenants too. */
export const USER_TABLES: readonly string[] = [
  "app_public.users",
  "app_private.user_secrets",
  "app_private.totp_secrets",
  "app_private.recovery_codes",
];

/**
 * Adds the users of an imported tenant, with their passwords. Who has an account with the same id or e-mail address keeps
 * that account and its password, and becomes a member of the tenant with it.
 */
export async function mergeUsers(
  db: Db,
  tables: readonly BackedUpTable[],
  tenantId: string,
): Promise<{ added: number; known: number }> {
  await requireMembers(db, tenantId);
  const { rows } = await db.query<{ old: string; known: string }>(
    `select r.id as old, u.id as known
     from pg_temp.users r
     join app_public.users u on u.id = r.id or lower(u.email) = lower(r.email)`,
  );
  const known = rows.map(({ old }) => old);
  for (const { name, columns } of tables) {
    if (!USER_TABLES.includes(name)) continue;
    const key = name === "app_public.users" ? "id" : "user_id";
    await db.query(
      `insert into ${name} (${columnList(columns)})
       select ${columnList(columns)} from pg_temp.${name.split(".")[1]} r
       where r.${key} <> all ($1)`,
      [known],
    );
  }
  const renamed = rows.filter(({ old, known: id }) => old !== id);
  if (renamed.length > 0) await renameUsers(db, renamed, tenantId);
  const { rows: all } = await db.query<{ count: string }>("select count(*) as count from pg_temp.users");
  return { added: Number(all[0]!.count) - known.length, known: known.length };
}

/** A file made by hand could give a password or codes to people of other tenants. @throws ParleyError PYBAK */
async function requireMembers(db: Db, tenantId: string): Promise<void> {
  const { rowCount } = await db.query(
    `select from pg_temp.users u
     where not exists (select from app_public.memberships m where m.tenant_id = $1 and m.user_id = u.id)
     union all
     select from (
       select s.user_id from pg_temp.user_secrets s
       union all
       select s.user_id from pg_temp.totp_secrets s
       union all
       select c.user_id from pg_temp.recovery_codes c
     ) s
     where not exists (select from pg_temp.users u where u.id = s.user_id)
     limit 1`,
    [tenantId],
  );
  if (rowCount !== 0) throw damaged("it has users who are not members of the tenant");
}

/** Replaces ids of users in all columns of the tenant. Ids are unique, so that no other id can be meant. */
async function renameUsers(
  db: Db,
  renamed: readonly { old: string; known: string }[],
  tenantId: string,
): Promise<void> {
  const { rows } = await db.query<{ table: string; column: string }>(
    `select a.attrelid::regclass::text as "table", quote_ident(a.attname) as "column"
     from pg_attribute a
     where a.atttypid = 'uuid'::regtype and not a.attisdropped and a.attgenerated = '' and a.attname <> 'tenant_id'
     and a.attrelid::regclass::text = any ($1)`,
    [
      (await listWholeTables(db))
        .filter(({ columns }) => columns.includes("tenant_id"))
        .map(({ name }) => name),
    ],
  );
  for (const { table, column } of rows)
    await db.query(
      `update ${table} t set ${column} = r.known
       from unnest($2::uuid[], $3::uuid[]) r (old, known)
       where t.tenant_id = $1 and t.${column} = r.old`,
      [tenantId, renamed.map(({ old }) => old), renamed.map(({ known }) => known)],
    );
}
