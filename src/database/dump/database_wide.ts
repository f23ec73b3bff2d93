import { type Catalog, type Statement, statements } from "./catalog.ts";

/** What is set beside our schemas: extensions in them, and what new objects of the owner do not grant. */
export async function databaseWide(catalog: Catalog): Promise<Statement[]> {
  return statements(
    catalog,
    `select 'extension' as of, format('create extension %I with schema %I;', e.extname, e.extnamespace::regnamespace::text) as text
     from pg_extension e
     where e.extnamespace::regnamespace::text = any ($1)
     union all
     select 'default privileges', 'alter default privileges revoke execute on functions from public;'
     where exists (
       select from pg_default_acl d
       where d.defaclobjtype = 'f'
       and d.defaclnamespace = 0
       and not exists (select from aclexplode(d.defaclacl) a where a.grantee = 0)
     )
     union all
     select 'schema public', 'revoke all on schema public from public;'
     where not has_schema_privilege('public', 'public', 'usage') and not has_schema_privilege('public', 'public', 'create')
     order by 1, 2`,
  );
}
