import { type Catalog, SHOWN_TABLES, type Statement, statements } from "./catalog.ts";

/** Comments on tables and their columns. */
export async function tableComments(catalog: Catalog): Promise<Statement[]> {
  return statements(
    catalog,
    `select t.name as of,
       case
         when d.objsubid = 0 then format('comment on table %s is %L;', t.name, d.description)
         else format('comment on column %s.%I is %L;', t.name, c.attname, d.description)
       end as text
     from (${SHOWN_TABLES}) t
     join pg_description d on d.objoid = t.oid and d.classoid = 'pg_class'::regclass
     left join pg_attribute c on c.attrelid = t.oid and c.attnum = d.objsubid and d.objsubid > 0
     order by d.objsubid`,
  );
}

/** Comments on constraints, indexes, triggers and policies of tables. */
export async function attachmentComments(catalog: Catalog): Promise<Statement[]> {
  return statements(
    catalog,
    `select t.name as of, format('comment on %s is %L;', case o.class
         when 'pg_class'::regclass then format('index %s', o.id::regclass)
         else format('%s %I on %s', replace(o.class::text, 'pg_', ''), o.object_name, t.name)
       end, d.description) as text
     from (${SHOWN_TABLES}) t
     join (
       select 'pg_constraint'::regclass as class, oid as id, conname as object_name, conrelid as relation from pg_constraint
       union all select 'pg_trigger'::regclass, oid, tgname, tgrelid from pg_trigger
       union all select 'pg_policy'::regclass, oid, polname, polrelid from pg_policy
       union all select 'pg_class'::regclass, indexrelid, '', indrelid from pg_index
     ) o on o.relation = t.oid
     join pg_description d on d.objoid = o.id and d.classoid = o.class and d.objsubid = 0
     order by o.class::text, o.object_name::text, format('%s', o.id::regclass)`,
  );
}
