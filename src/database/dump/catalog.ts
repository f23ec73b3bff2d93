import type { Db } from "../db.ts";

/** A client with an empty search path, so that Postgres prints every name with its schema. */
export type Catalog = Db;

/** The schemas that the dump contains. Those of graphile-worker and graphile-migrate are left out. */
export const SCHEMAS = ["app_public", "app_hidden", "app_private"];

/** A statement, and the name of the object that it belongs to. */
export type Statement = { of: string; text: string };

/** Runs a query that returns columns `of` and `text`; `$1` is the list of schemas. */
export async function statements(catalog: Catalog, sql: string): Promise<Statement[]> {
  const { rows } = await catalog.query<Statement>(sql, [SCHEMAS]);
  return rows;
}

/** The statements of one object, in order. */
export function textsOf(all: Statement[], of: string): string[] {
  return all.filter((statement) => statement.of === of).map(({ text }) => text);
}

/** The tables in the dump. Partitions are left out: they vary with the month, and ensure_partitions() creates them. */
export const SHOWN_TABLES = `
  select c.oid, c.oid::regclass::text as name, c.relname, c.relkind, c.reloptions, c.relacl, c.relowner,
    c.relrowsecurity, c.relforcerowsecurity
  from pg_class c
  where c.relnamespace::regnamespace::text = any ($1)
  and c.relkind in ('r', 'p')
  and not c.relispartition`;
