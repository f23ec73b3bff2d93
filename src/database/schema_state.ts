import { readdir } from "node:fs/promises";
import { sqlState } from "../base/database_error.ts";
import { ParleyError } from "../base/errors.ts";
import type { Db } from "./db.ts";

const COMMITTED = new URL("../../migrations/committed/", import.meta.url);

/** `missing`: no migration has run in this database. `behind`: some migrations of this program have not run. */
type SchemaState = "current" | "missing" | "behind";

/**
 * Compares the schema of a database with this program. A database that is ahead is `current`: while a new version is
 * being deployed, the old one continues to run.
 */
export async function schemaState(db: Db): Promise<SchemaState> {
  const [newest, applied] = await Promise.all([newestCommitted(), newestApplied(db)]);
  if (applied === undefined) return "missing";
  return applied >= newest ? "current" : "behind";
}

/** Throws PYUNA with a remedy unless the schema is current. */
export async function requireCurrentSchema(db: Db): Promise<void> {
  const state = await schemaState(db);
  if (state === "current") return;
  const what = state === "missing" ? "has no schema yet" : "is behind this version of Parley";
  throw new ParleyError("PYUNA", `The database ${what}: run "parley migrate"`);
}

/** Number of the program's newest migration; 0 when there are none. Cached: the files do not change while it runs. */
let committed: Promise<number> | undefined;
function newestCommitted(): Promise<number> {
  committed ??= readdir(COMMITTED).then(
    (names) => Math.max(0, ...names.map((name) => Number.parseInt(name, 10) || 0)),
    () => 0,
  );
  return committed;
}

async function newestApplied(db: Db): Promise<number | undefined> {
  try {
    const { rows } = await db.query<{ newest: string; has_schema: boolean }>(
      `select coalesce(max(filename), '0') as newest, to_regclass('app_private.outbox') is not null as has_schema
       from graphile_migrate.migrations`,
    );
    return rows[0]?.has_schema ? Number.parseInt(rows[0].newest, 10) : undefined;
  } catch (error) {
    // The schema or the table does not exist.
    if (["3F000", "42P01"].includes(sqlState(error) ?? "")) return undefined;
    throw error;
  }
}
