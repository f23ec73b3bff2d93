import { type Catalog, SHOWN_TABLES, type Statement, statements } from "./catalog.ts";

/** Privileges of roles other than the owner on tables and on columns. */
export async function tableGrants(catalog: Catalog): Promise<Statement[]> {
  return statements(
    catalog,
    `select g.name as of, format('grant %s on %s to %s;', string_agg(
         lower(g.privilege) || coalesce(' (' || g.columns || ')', ''), ', ' order by g.columns is not null, g.privilege
       ), g.name, g.grantee) as text
     from (
       select t.name, a.privilege_type as privilege, a.grantee::regrole::text as grantee, null as columns
       from (${SHOWN_TABLES}) t
       cross join lateral aclexplode(t.relacl) a
       where a.grantee <> t.relowner
       union all
       select t.name, a.privilege_type, a.grantee::regrole::text, string_agg(quote_ident(c.attname), ', ' order by c.attnum)
       from (${SHOWN_TABLES}) t
       join pg_attribute c on c.attrelid = t.oid and c.attnum > 0 and not c.attisdropped
       cross join lateral aclexplode(c.attacl) a
       where a.grantee <> t.relowner
       group by t.name, a.privilege_type, a.grantee
     ) g
     group by g.name, g.grantee, g.columns is null
     order by g.grantee collate "C", g.columns is null desc`,
  );
}

/** Roles other than the owner that may execute a function. */
export async function functionGrants(catalog: Catalog): Promise<Statement[]> {
  return statements(
    catalog,
    `select p.oid::regprocedure::text as of, format('grant execute on %s %s to %s;',
         case p.prokind when 'p' then 'procedure' else 'function' end, p.oid::regprocedure, g.grantee) as text
     from pg_proc p
     -- Without a list of its own, everybody may.
     cross join lateral (
       select case a.grantee when 0 then 'public' else a.grantee::regrole::text end as grantee
       from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
       where a.grantee <> p.proowner
     ) g
     where p.pronamespace::regnamespace::text = any ($1)
     order by g.grantee collate "C"`,
  );
}

/** Privileges on the schemas themselves, and default privileges of new objects. */
export async function schemaGrants(catalog: Catalog): Promise<Statement[]> {
  return statements(
    catalog,
    `select n.nspname::text as of, format('grant %s on schema %I to %s;', lower(a.privilege_type), n.nspname,
         case a.grantee when 0 then 'public' else a.grantee::regrole::text end) as text
     from pg_namespace n
     cross join lateral aclexplode(n.nspacl) a
     where n.nspname = any ($1) and a.grantee <> n.nspowner
     order by 1, 2`,
  );
}
