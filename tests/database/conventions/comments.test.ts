import { testRules } from "./rule.ts";

testRules([
  {
    rule: "every table has a comment",
    sql: `
      select oid::regclass as what from tables
      where not relispartition and coalesce(obj_description(oid, 'pg_class'), '') = ''`,
    broken: "create table app_private.bare (id uuid)",
  },
  {
    rule: "every function has a comment",
    sql: "select signature as what from functions where coalesce(obj_description(oid, 'pg_proc'), '') = ''",
    broken: "comment on function app_public.sign_out() is null",
  },
  {
    rule: "every enum that is shown has a comment",
    sql: `
      select y.oid::regtype as what from pg_type y join schemas n on n.oid = y.typnamespace
      where y.typtype = 'e' and n.nspname = 'app_public' and coalesce(obj_description(y.oid, 'pg_type'), '') = ''`,
    broken: "create type app_public.bare as enum ('a')",
  },
  {
    rule: "the rows that a shown function returns have a type with comments: those of a table cannot be described",
    sql: `
      select signature as what from functions
      where nspname = 'app_public' and proallargtypes is not null
      -- Its columns are fields of Message, and described there.
      and proname <> 'messages_current'
      union all
      select format('%s.%s', c.oid::regclass, a.attname)
      from pg_class c
      join schemas n on n.oid = c.relnamespace
      join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      where c.relkind = 'c' and n.nspname = 'app_public'
      and (col_description(c.oid, a.attnum) is null or obj_description(c.reltype, 'pg_type') is null)`,
    broken: "create function app_public.bare() returns table (id int) as 'select 1' language sql",
  },
  {
    rule: "every column that is shown has a comment, unless its name says it all",
    sql: `
      select format('%s.%s', c.table_id::regclass, c.attname) as what from columns c
      where c.nspname = 'app_public' and not c.relispartition
      and col_description(c.table_id, c.attnum) is null
      and c.attname not in (
        'id', 'tenant_id', 'name', 'email', 'description', 'created_at', 'updated_at', 'started_at', 'completed_at',
        'closed_at', 'avatar_url', 'last_login_at', 'is_active'
      )
      -- An enum has a comment of its own, and a foreign key leads to a table that has one.
      and not exists (select from pg_type y where y.oid = c.atttypid and y.typtype = 'e')
      and not exists (select from foreign_keys k where k.conrelid = c.table_id and c.attnum = any (k.conkey))`,
    broken: "alter table app_public.contacts add flags int",
  },
]);
