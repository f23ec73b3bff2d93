import { type Catalog, SCHEMAS } from "./catalog.ts";

/** Throws when the schemas contain an object that the dump would leave out, so that no incomplete dump is written. */
export async function refuseUnknownObjects(catalog: Catalog): Promise<void> {
  const { rows } = await catalog.query<{ what: string }>(QUERY, [SCHEMAS]);
  if (rows.length > 0)
    throw new Error(
      `The dump cannot show: ${rows.map(({ what }) => what).join(", ")}. Extend src/database/dump.`,
    );
}

const QUERY = `
  select format('relation %s of kind "%s"', c.oid::regclass, c.relkind) as what
  from pg_class c
  where c.relnamespace::regnamespace::text = any ($1) and c.relkind not in ('r', 'p', 'v', 'c', 'i', 'I', 't')
  union all
  select format('type %s of kind "%s"', t.oid::regtype, t.typtype)
  from pg_type t
  left join pg_class c on c.oid = t.typrelid
  where t.typnamespace::regnamespace::text = any ($1) and t.typtype not in ('e', 'b') and c.relkind not in ('r', 'p', 'v', 'c')
  union all
  select format('rights on type %s', t.oid::regtype)
  from pg_type t
  where t.typnamespace::regnamespace::text = any ($1) and t.typacl is not null
  union all
  select format('identity column %s.%s', a.attrelid::regclass, a.attname)
  from pg_attribute a
  join pg_class c on c.oid = a.attrelid
  where c.relnamespace::regnamespace::text = any ($1) and a.attidentity <> ''
  union all
  select format('routine %s', p.oid::regprocedure)
  from pg_proc p
  where p.pronamespace::regnamespace::text = any ($1) and (p.prokind not in ('f', 'p') or p.prosqlbody is not null)
  union all
  select format('rule %s on %s', r.rulename, r.ev_class::regclass)
  from pg_rewrite r
  join pg_class c on c.oid = r.ev_class
  where c.relnamespace::regnamespace::text = any ($1) and c.relkind <> 'v'
  union all
  select format('disabled trigger %s on %s', g.tgname, g.tgrelid::regclass)
  from pg_trigger g
  join pg_class c on c.oid = g.tgrelid
  where c.relnamespace::regnamespace::text = any ($1) and g.tgenabled <> 'O'
  order by 1`;
