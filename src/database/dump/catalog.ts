import type { Db } from "../db.ts";

/** A client whose search path is empty, so that Postgres writes every name with its schema. */
export type Catalog = Db;

/** The schemas that are ours. graphile-worker's and graphile-migrate's are theirs. */
export const SCHEMAS = ["app_public", "app_hidden", "app_private"];

/** One statement, and the name of the object under which it is shown. */
export type Statement = { of: string; text: string };

/** Runs a query that returns columns `of` and `text`; `$1` is the list of our schemas. */
export async function statements(catalog: Catalog, sql: string): Promise<Statement[]> {
  const { rows } = await catalog.query<Statement>(sql, [SCHEMAS]);
  return rows;
}

/** Those of one object, in their order. */
export function textsOf(all: Statement[], of: string): string[] {
  return all.filter((statement) => statement.of === of).map(({ text }) => text);
}

/** The tables that are shown. Partitions are not: they vary with the month, and ensure_partitions() makes them. */
export const SHOWN_TABLES = `
  select c.oid, c.oid::regclass::text as name, c.relname, c.relkind, c.reloptions, c.relacl, c.relowner,
    c.relrowsecurity, c.relforcerowsecurity
  from pg_class c
  where c.relnamespace::regnamespace::text = any ($1)
  and c.relkind in ('r', 'p')
  and not c.relispartition`;
