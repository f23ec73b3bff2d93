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

/** `create type … as (…)`, with its comments: the rows that functions return. */
export async function createComposites(catalog: Catalog): Promise<Statement[]> {
  return statements(
    catalog,
    `select t.oid::regtype::text as of, concat_ws(E'\\n',
       format(E'create type %s as (\\n%s\\n);', t.oid::regtype, (
         select string_agg(format('  %I %s', a.attname, format_type(a.atttypid, a.atttypmod)), E',\\n' order by a.attnum)
         from pg_attribute a
         where a.attrelid = t.typrelid and not a.attisdropped
       )),
       'comment on type ' || t.oid::regtype || ' is ' || quote_literal(obj_description(t.oid, 'pg_type')) || ';',
       (
         select string_agg(format('comment on column %s.%I is %L;', t.oid::regtype, a.attname, d.description), E'\\n'
           order by a.attnum)
         from pg_attribute a
         join pg_description d on d.objoid = a.attrelid and d.classoid = 'pg_class'::regclass and d.objsubid = a.attnum
         where a.attrelid = t.typrelid
       )) as text
     from pg_type t
     join pg_class c on c.oid = t.typrelid and c.relkind = 'c'
     where t.typnamespace::regnamespace::text = any ($1)
     order by t.oid::regtype::text collate "C"`,
  );
}
