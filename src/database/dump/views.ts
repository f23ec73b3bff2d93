import { type Catalog, type Statement, statements } from "./catalog.ts";

/** Views with their comments and grants, by name. Each must contain a join: only then all versions print it alike. */
export async function createViews(catalog: Catalog): Promise<Statement[]> {
  return statements(
    catalog,
    `select v.name as of, concat_ws(E'\\n',
         format(E'-- %s\\ncreate view %s%s as\\n%s', v.name, v.name, ' with (' || array_to_string(v.reloptions, ', ') || ')', pg_get_viewdef(v.oid)),
         (
           select string_agg(case d.objsubid
               when 0 then format('comment on view %s is %L;', v.name, d.description)
               else format('comment on column %s.%I is %L;', v.name, a.attname, d.description)
             end, E'\\n' order by d.objsubid)
           from pg_description d
           left join pg_attribute a on a.attrelid = v.oid and a.attnum = d.objsubid and d.objsubid > 0
           where d.objoid = v.oid and d.classoid = 'pg_class'::regclass
         ),
         (
           select string_agg(format('grant %s on %s to %s;', lower(g.privilege_type), v.name, g.grantee::regrole), E'\\n'
             order by g.grantee::regrole::text collate "C", g.privilege_type)
           from aclexplode(v.relacl) g
           where g.grantee <> v.relowner
         )
       ) as text
     from (
       select c.*, format('%I.%I', n.nspname, c.relname) as name
       from pg_class c
       join pg_namespace n on n.oid = c.relnamespace
       where n.nspname = any ($1) and c.relkind = 'v'
     ) v
     order by v.name collate "C"`,
  );
}
