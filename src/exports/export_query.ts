import { ParleyError } from "../base/errors.ts";
import type { Db } from "../database/db.ts";
import { EXPORT_KINDS, type ExportKind, type ExportName } from "./export_kinds.ts";

type ExportChoice = {
  name: ExportName;
  /** Default: all. */
  columns?: readonly string[] | undefined;
  /** A filter of docs/filters.md; default: all rows. */
  filter?: unknown;
  /** For rows of one campaign. */
  parentId?: string | undefined;
};

/** A select whose rows are exported. */
export type ExportQuery = { text: string; values: readonly unknown[] };

/**
 * The query for what the caller wants.
 * @param db with the rights of the caller, for the compilation of the filter
 * @throws ParleyError PYREQ for a column that does not exist; PYFLT for a filter that is not valid
 */
export async function exportQuery(
  db: Db,
  { name, columns, filter, parentId }: ExportChoice,
): Promise<ExportQuery> {
  const kind: ExportKind = EXPORT_KINDS[name];
  const selected = (columns ?? Object.keys(kind.columns)).map((column) => {
    const value = Object.hasOwn(kind.columns, column) ? kind.columns[column] : undefined;
    if (value !== undefined) return `${value} as "${column}"`;
    const known = Object.keys(kind.columns).join(", ");
    throw new ParleyError("PYREQ", `\`columns\`: "${column}" must be one of ${known}`);
  });
  const { condition, bound } =
    parentId !== undefined
      ? childrenOf(kind, parentId)
      : filter === undefined
        ? ALL
        : await compile(db, kind, filter);
  return {
    text: `select ${selected.join(", ")} from ${kind.from} where ${condition} order by ${kind.orderBy}`,
    values: bound,
  };
}

const ALL = { condition: "true", bound: [] };

function childrenOf({ parent }: ExportKind, id: string) {
  if (parent === undefined) throw new ParleyError("PYREQ", "`campaign`: these rows belong to no campaign");
  return { condition: `${parent} = $1`, bound: [id] };
}

async function compile(db: Db, kind: ExportKind, filter: unknown) {
  if (kind.filter === undefined) throw new ParleyError("PYREQ", "`filter`: these rows have no filter");
  const { rows } = await db.query<{ query: string; bound: unknown }>(
    "select query, bound from app_hidden.filter_query($1, $2)",
    [kind.filter, JSON.stringify(filter)],
  );
  const { query, bound } = rows[0]!;
  return {
    // Outside of PL/pgSQL, the type of the parameter is not known.
    condition: `r.id in (select m.id from (${query.replaceAll("$1", "$1::jsonb")}) m)`,
    // A filter of all rows has no parameter.
    bound: query.includes("$1") ? [JSON.stringify(bound)] : [],
  };
}
