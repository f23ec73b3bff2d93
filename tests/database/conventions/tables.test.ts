import { testRules } from "./rule.ts";

testRules([
  {
    rule: "a list that users may write refuses null as an item, because GraphQL says that items are never null",
    sql: `
      select format('%s.%s', c.table_id::regclass, c.attname) as what from columns c
      join pg_type y on y.oid = c.atttypid and y.typcategory = 'A'
      where c.nspname = 'app_public' and has_column_privilege('parley_visitor', c.table_id, c.attnum, 'insert, update')
      and not exists (
        select from pg_constraint k
        where k.conrelid = c.table_id and k.contype = 'c' and k.conkey = array[c.attnum]
        and pg_get_constraintdef(k.oid) ~ 'array_position'
      )`,
    broken: "alter table app_public.whatsapp_flows drop constraint whatsapp_flows_categories_has_no_nulls",
  },
  {
    rule: "row level security is on for every table, partitions too",
    sql: "select oid::regclass as what from tables where not relrowsecurity",
    broken: "create table app_private.bare (id uuid)",
  },
  {
    rule: "a table whose rows belong to a tenant says so in tenant_id, which is never null",
    sql: `
      select t.oid::regclass as what from tables t
      where t.nspname = 'app_public'
      -- A person may work in several tenants. An audit entry of none is shown to nobody. What a kind of channel can do
      -- is the same for all tenants.
      and t.relname not in ('tenants', 'users', 'audit_entries', 'channel_kinds', 'media_limits')
      and not exists (
        select from columns c
        where c.table_id = t.oid and c.attname = 'tenant_id' and c.attnotnull and c.atttypid = 'uuid'::regtype
      )`,
    broken: "create table app_public.bare (tenant_id uuid)",
  },
  {
    rule: "ids are uuids that a machine makes by itself: no sequences, no identity columns",
    sql: `
      select c.oid::regclass as what from pg_class c join schemas n on n.oid = c.relnamespace where c.relkind = 'S'
      union all
      select format('%s.%s', table_id::regclass, attname)::regclass from columns where attidentity <> ''`,
    broken: "create table app_private.bare (id bigserial)",
  },
  {
    rule: "instants are timestamptz, days are dates, times of day are time, prices are numeric, texts are text, documents are jsonb",
    sql: `
      select format('%s.%s %s', table_id::regclass, attname, atttypid::regtype) as what from columns
      where atttypid not in (
        'uuid'::regtype, 'uuid[]'::regtype, 'text'::regtype, 'text[]'::regtype, 'int'::regtype, 'boolean'::regtype,
        'timestamptz'::regtype, 'date'::regtype, 'time'::regtype, 'numeric'::regtype, 'interval'::regtype, 'jsonb'::regtype, 'bytea'::regtype, 'xid8'::regtype,
        'tsvector'::regtype
      )
      and not exists (
        select from pg_type y
        left join pg_type e on e.oid = y.typelem
        where y.oid = atttypid and 'e' in (y.typtype, e.typtype)
      )`,
    broken: "create table app_private.bare (at timestamp)",
  },
  {
    rule: "an instant's name ends in _at, in _since for a beginning, or in _until for a limit",
    sql: `
      select format('%s.%s', table_id::regclass, attname) as what from columns
      where atttypid = 'timestamptz'::regtype and attname !~ '_(at|since|until)$' and attname <> 'pace_clock'`,
    broken: "create table app_private.bare (created timestamptz)",
  },
  {
    rule: "updated_at is kept by the trigger, not by whoever updates",
    sql: `
      select c.table_id::regclass as what from columns c
      where c.attname = 'updated_at' and not c.relispartition
      -- Hot: its two writers set it.
      and c.relname <> 'message_statuses'
      and (
        select bit_or(g.tgtype) & 22 from triggers g
        where g.tgrelid = c.table_id and g.tgname ~ '^_100_timestamps(_on_insert|_on_update)?$'
      ) is distinct from 22`,
    broken: "create table app_private.bare (updated_at timestamptz)",
  },
  {
    rule: "names of tables, columns and enum values are names in GraphQL too",
    sql: `
      select oid::regclass::text as what from tables where relname !~ '^[a-z][a-z0-9_]*$'
      union all
      select format('%s.%s', table_id::regclass, attname) from columns where attname !~ '^[a-z][a-z0-9_]*$'
      union all
      select format('%s %L', e.enumtypid::regtype, e.enumlabel) from pg_enum e
      join pg_type y on y.oid = e.enumtypid join schemas n on n.oid = y.typnamespace
      where e.enumlabel !~ '^[a-z][a-z0-9_]*$'`,
    broken: "create type app_public.note_kind as enum ('internal-note')",
  },
  {
    rule: "no index is the beginning of another",
    sql: `
      select format('%s, because of %s', i.indexrelid::regclass, j.indexrelid::regclass) as what
      from pg_index i
      join tables t on t.oid = i.indrelid and not t.relispartition
      join pg_index j on j.indrelid = i.indrelid and j.indexrelid <> i.indexrelid
      where not i.indisunique
      and i.indexprs is null and j.indexprs is null
      and i.indpred is not distinct from j.indpred
      and (j.indkey::int2[])[0:i.indnkeyatts - 1] = (i.indkey::int2[])[0:i.indnkeyatts - 1]
      and (j.indclass::oid[])[0:i.indnkeyatts - 1] = (i.indclass::oid[])[0:i.indnkeyatts - 1]
      and (j.indoption::int2[])[0:i.indnkeyatts - 1] = (i.indoption::int2[])[0:i.indnkeyatts - 1]`,
    broken: "create index on app_public.contacts (tenant_id)",
  },
  {
    // Of indexes that seem equally good, as all do while a table is small, the planner takes the newest; and keeps the plan.
    rule: "a key by id is younger than the indexes by tenant, which fit the same look-ups",
    sql: `
      select format('%s, because of %s', t.oid::regclass, i.indexrelid::regclass) as what
      from pg_index i
      join tables t on t.oid = i.indrelid and not t.relispartition
      join columns a on a.table_id = t.oid and a.attname = 'tenant_id' and a.attnum = i.indkey[0]
      join pg_index k on k.indrelid = t.oid and k.indnkeyatts = 2 and k.indkey[1] = a.attnum and k.indisunique
      join columns b on b.table_id = t.oid and b.attname = 'id' and b.attnum = k.indkey[0]
      where i.indexrelid > k.indexrelid and i.indpred is null`,
    broken: "create index on app_public.conversations (tenant_id, closed_at)",
  },
]);
