import { testRules } from "./rule.ts";

testRules([
  {
    rule: "a foreign key between two tables of tenants carries the tenant",
    sql: `
      select format('%s: %s', k.conrelid::regclass, k.conname) as what
      from foreign_keys k
      join columns a on a.table_id = k.conrelid and a.attname = 'tenant_id'
      left join columns b on b.table_id = k.confrelid and b.attname = 'tenant_id'
      where k.confrelid not in (
        'app_public.tenants'::regclass, 'app_public.users'::regclass, 'app_public.channel_kinds'::regclass
      )
      and not exists (
        select from unnest(k.conkey, k.confkey) u (here, there) where u.here = a.attnum and u.there = b.attnum
      )`,
    broken:
      "create table app_private.bare (tenant_id uuid, contact_id uuid references app_public.contacts on delete cascade)",
  },
  {
    rule: "a foreign key says what happens when its row is deleted",
    sql: "select format('%s: %s', conrelid::regclass, conname) as what from foreign_keys where confdeltype = 'a'",
    broken: "create table app_private.bare (user_id uuid references app_public.users)",
  },
  {
    rule: "a foreign key has an index that starts with its columns",
    sql: `
      select format('%s: %s', k.conrelid::regclass, k.conname) as what
      from foreign_keys k
      where not exists (
        select from pg_index i
        where i.indrelid = k.conrelid
        and (
          (i.indkey::int2[])[0:cardinality(k.conkey) - 1] @> k.conkey
          -- An id finds its rows without the tenant.
          or i.indkey[0] = k.conkey[2] and cardinality(k.conkey) = 2
            and exists (select from columns a where a.table_id = k.conrelid and a.attnum = k.conkey[1] and a.attname = 'tenant_id')
        )
        -- A partial index serves when it leaves out nulls and nothing else.
        and (i.indpred is null or pg_get_expr(i.indpred, i.indrelid) ~ '^\\([a-z0-9_]+ IS NOT NULL\\)$')
      )`,
    broken: "create table app_private.bare (user_id uuid references app_public.users on delete cascade)",
  },
  {
    rule: "the columns on both sides of a foreign key have one type",
    sql: `
      select format('%s: %s', k.conrelid::regclass, k.conname) as what
      from foreign_keys k
      cross join unnest(k.conkey, k.confkey) u (here, there)
      join columns a on a.table_id = k.conrelid and a.attnum = u.here
      join columns b on b.table_id = k.confrelid and b.attnum = u.there
      where a.atttypid <> b.atttypid`,
    broken: `
      create table app_private.there (id bigint primary key);
      create table app_private.bare (id int references app_private.there on delete cascade)`,
  },
]);
