import { type Catalog, SHOWN_TABLES, type Statement, statements } from "./catalog.ts";
import { lowercase } from "./lowercase.ts";

/** Indexes that do not belong to a constraint. */
export async function indexes(catalog: Catalog): Promise<Statement[]> {
  const found = await statements(
    catalog,
    `select t.name as of, pg_get_indexdef(i.indexrelid) as text
     from (${SHOWN_TABLES}) t
     join pg_index i on i.indrelid = t.oid
     where not exists (select from pg_constraint k where k.conindid = i.indexrelid and k.contype in ('p', 'u', 'x'))
     order by i.indexrelid::regclass::text collate "C"`,
  );
  return found.map(({ of, text }) => ({
    of,
    // Postgres prints `on only` for the index of a partitioned table; indexes of partitions follow it.
    text: `${lowercase(text).replace(" on only ", " on ").replace(" using btree ", " ")};`,
  }));
}

/** Statistics over several columns. */
export async function extendedStatistics(catalog: Catalog): Promise<Statement[]> {
  const found = await statements(
    catalog,
    `select t.name as of, pg_get_statisticsobjdef(s.oid) as text
     from (${SHOWN_TABLES}) t
     join pg_statistic_ext s on s.stxrelid = t.oid
     order by s.stxname collate "C"`,
  );
  return found.map(({ of, text }) => ({ of, text: `${lowercase(text)};` }));
}

export async function triggers(catalog: Catalog): Promise<Statement[]> {
  const found = await statements(
    catalog,
    `select t.name as of, pg_get_triggerdef(g.oid) as text
     from (${SHOWN_TABLES}) t
     join pg_trigger g on g.tgrelid = t.oid and not g.tgisinternal and g.tgparentid = 0
     order by g.tgname collate "C"`,
  );
  return found.map(({ of, text }) => ({
    of,
    text: `${lowercase(text).replace(/ (referencing|for each) /, "\n  $1 ")};`,
  }));
}

export async function rowSecurity(catalog: Catalog): Promise<Statement[]> {
  return statements(
    catalog,
    `select t.name as of, format('alter table %s %s row level security;', t.name, s.verb) as text
     from (${SHOWN_TABLES}) t
     cross join lateral (
       select 'enable' as verb where t.relrowsecurity union all select 'force' where t.relforcerowsecurity
     ) s
     order by s.verb`,
  );
}

export async function policies(catalog: Catalog): Promise<Statement[]> {
  const found = await statements(
    catalog,
    `select t.name as of, concat_ws(' ',
       format('create policy %I on %s', p.polname, t.name),
       case when not p.polpermissive then 'as restrictive' end,
       'for ' || case p.polcmd
         when '*' then 'all' when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete'
       end,
       'to ' || (
         select string_agg(case r when 0 then 'public' else r::regrole::text end, ', ' order by r::regrole::text)
         from unnest(p.polroles) r
       ),
       E'\\n  using (' || pg_get_expr(p.polqual, p.polrelid) || ')',
       E'\\n  with check (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')') as text
     from (${SHOWN_TABLES}) t
     join pg_policy p on p.polrelid = t.oid
     order by p.polpermissive, p.polname collate "C"`,
  );
  return found.map(({ of, text }) => ({ of, text: `${lowercase(text).replaceAll(/ +\n/g, "\n")};` }));
}
