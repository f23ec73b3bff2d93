import pg from "pg";
import { sqlState } from "../base/database_error.ts";
import { ParleyError } from "../base/errors.ts";
import type { Db } from "../database/db.ts";
import { SCHEMAS } from "../database/dump/catalog.ts";
import { withOwnerClient } from "../database/owner_client.ts";
import { loadTable } from "./load_table.ts";
import type { BackedUpTable, Manifest } from "./manifest.ts";
import type { BackupReader } from "./place.ts";

type Loaded = { table: string; rows: number };

type Options = {
  /** Names with their schemas; a partitioned table with all its partitions. */
  tables: readonly string[];
  /** The schema that gets a table for each; it is created if it is not there. */
  into: string;
  onProgress?: (table: string) => void;
};

/**
 * Loads tables of a backup into a schema of the operator's own, beside the installation and while it runs: without triggers,
 * keys and row level security. Columns have the types that they have in this database, or else are texts. One transaction.
 * @throws ParleyError PYBAK, PYREQ for a table that the backup does not have and for a schema of Parley, PYEMP for a table
 * that is there
 */
export async function loadIntoSchema(
  reader: BackupReader,
  manifest: Manifest,
  ownerUrl: string,
  { tables: names, into, onProgress = () => {} }: Options,
): Promise<Loaded[]> {
  if (SCHEMAS.includes(into))
    throw new ParleyError("PYREQ", `\`--into\` must be a schema of your own, not ${into}`);
  const tables = names.map((name) => ({ name, parts: partsOf(manifest, name) }));
  return withOwnerClient(ownerUrl, "restore", async (client) => {
    await client.query("begin");
    await client.query("set local timezone to 'UTC'");
    await client.query(`create schema if not exists ${pg.escapeIdentifier(into)}`);
    const loaded: Loaded[] = [];
    for (const { name, parts } of tables) {
      onProgress(name);
      const target = `${pg.escapeIdentifier(into)}.${name.split(".")[1]}`;
      await createTable(client, target, name, parts[0]!.columns);
      for (const part of parts) await loadTable(client, reader, part, target);
      loaded.push({ table: target, rows: parts.reduce((sum, { rows }) => sum + rows, 0) });
    }
    await client.query("commit");
    return loaded;
  });
}

/** A table of a backup, or all its partitions. */
function partsOf({ tables }: Manifest, name: string): BackedUpTable[] {
  const parts = tables.filter((table) => (table.partition?.of ?? table.name) === name);
  if (parts.length === 0)
    throw new ParleyError("PYREQ", `The backup has no table ${name}: name it with its schema`);
  return parts;
}

async function createTable(db: Db, target: string, like: string, columns: readonly string[]): Promise<void> {
  const { rows } = await db.query<{ definitions: string }>(
    `select string_agg(format('%I %s', c.name, coalesce(format_type(a.atttypid, a.atttypmod), 'text')), ', ' order by c.n)
       as definitions
     from unnest($1::text[]) with ordinality c (name, n)
     left join pg_attribute a on a.attrelid = to_regclass($2) and a.attname = c.name and a.attnum > 0`,
    [columns, like],
  );
  try {
    await db.query(`create table ${target} (${rows[0]!.definitions})`);
  } catch (cause) {
    if (sqlState(cause) !== "42P07") throw cause;
    throw new ParleyError("PYEMP", `There is a table ${target} already: drop it, or name another schema`, {
      cause,
    });
  }
}
