import { type Catalog, type Statement, statements } from "./catalog.ts";

/** `create type … as enum`, with its comment. Values stay in their order: policies and statuses compare by it. */
export async function createEnums(catalog: Catalog): Promise<Statement[]> {
  return statements(
    catalog,
    `select t.oid::regtype::text as of, concat_ws(E'\\n',
       format(E'create type %s as enum (\\n%s\\n);', t.oid::regtype, (
         select string_agg('  ' || quote_literal(e.enumlabel), E',\\n' order by e.enumsortorder)
         from pg_enum e
         where e.enumtypid = t.oid
       )),
       'comment on type ' || t.oid::regtype || ' is ' || quote_literal(obj_description(t.oid, 'pg_type')) || ';') as text
     from pg_type t
     where t.typnamespace::regnamespace::text = any ($1) and t.typtype = 'e'
     order by t.oid::regtype::text collate "C"`,
  );
}
