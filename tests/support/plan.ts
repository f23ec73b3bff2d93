import type pg from "pg";

type Queryable = Pick<pg.ClientBase, "query">;

type PlanNode = {
  "Relation Name"?: string;
  "Actual Rows": number;
  "Actual Loops": number;
  "Rows Removed by Filter"?: number;
  Plans?: PlanNode[];
};

/** Runs a query, and returns how many rows it read of the tables, or partitions, whose names begin with this. */
export async function rowsRead(
  db: Queryable,
  table: string,
  query: string,
  values: unknown[] = [],
): Promise<number> {
  const { rows } = await db.query(`explain (analyze, format json) ${query}`, values);
  return readBy(rows[0]["QUERY PLAN"][0].Plan, table);
}

function readBy(node: PlanNode, table: string): number {
  const own = node["Relation Name"]?.startsWith(table)
    ? (node["Actual Rows"] + (node["Rows Removed by Filter"] ?? 0)) * node["Actual Loops"]
    : 0;
  return (node.Plans ?? []).reduce((sum, each) => sum + readBy(each, table), own);
}
