import { type Catalog, SCHEMAS } from "./catalog.ts";
import { lowercase } from "./lowercase.ts";

type FunctionRow = {
  of: string;
  kind: "f" | "p";
  name: string;
  arguments: string;
  result: string | null;
  body: string;
  attributes: string[];
  settings: string[] | null;
  comment: string | null;
};

/** `create function` for every function that is not an extension's, formatted like the fixtures. */
export async function createFunctions(catalog: Catalog): Promise<{ of: string; text: string }[]> {
  const { rows } = await catalog.query<FunctionRow>(QUERY, [SCHEMAS]);
  return rows.map((row) => {
    const kind = row.kind === "p" ? "procedure" : "function";
    const returns = row.result === null ? "" : ` returns ${lowercase(row.result)}`;
    const settings = (row.settings ?? []).map(setting);
    return {
      of: row.of,
      text: [
        `create ${kind} ${row.name}(${lowercase(row.arguments)})${returns} as $$${row.body}$$`,
        `  ${[...row.attributes, ...settings].join(" ")};`,
        ...(row.comment === null ? [] : [`comment on ${kind} ${row.of} is ${row.comment};`]),
      ].join("\n"),
    };
  });
}

/** Converts a setting from Postgres' form, `search_path=pg_catalog, pg_temp`, to the form of `create function`. */
function setting(kept: string): string {
  const [name, value] = [kept.slice(0, kept.indexOf("=")), kept.slice(kept.indexOf("=") + 1)];
  return `set ${name.toLowerCase()} to ${name === "search_path" ? value : `'${value}'`}`;
}

// A body between $$ and $$ is stored literally. A body written as "begin atomic" is stored as a parse tree, and the
// dump refuses it (unknown_objects.ts).
const QUERY = `
  select
    p.oid::regprocedure::text as of,
    p.prokind as kind,
    format('%I.%I', p.pronamespace::regnamespace::text, p.proname) as name,
    pg_get_function_arguments(p.oid) as arguments,
    pg_get_function_result(p.oid) as result,
    p.prosrc as body,
    array_remove(array[
      'language ' || l.lanname,
      case when p.prokind = 'f' then case p.provolatile when 'i' then 'immutable' when 's' then 'stable' else 'volatile' end end,
      case when p.proisstrict then 'strict' end,
      case when p.proleakproof then 'leakproof' end,
      case p.proparallel when 's' then 'parallel safe' when 'r' then 'parallel restricted' end,
      case when p.prosecdef then 'security definer' end,
      case when p.procost <> 100 then 'cost ' || p.procost end,
      case when p.proretset and p.prorows <> 1000 then 'rows ' || p.prorows end
    ], null) as attributes,
    p.proconfig as settings,
    quote_literal(obj_description(p.oid, 'pg_proc')) as comment
  from pg_proc p
  join pg_language l on l.oid = p.prolang
  where p.pronamespace::regnamespace::text = any ($1)
  and not exists (
    select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e'
  )
  order by p.oid::regprocedure::text collate "C"`;
