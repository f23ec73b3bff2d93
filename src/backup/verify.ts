import { openThrowaway } from "../../embedded/throwaway.ts";
import type { Log } from "../base/log.ts";
import { withOwnerClient } from "../database/owner_client.ts";
import { unpackPart } from "./copied_parts.ts";
import { damaged } from "./damaged.ts";
import { JOBS } from "./jobs.ts";
import { type Manifest, pathOf } from "./manifest.ts";
import type { BackupReader } from "./place.ts";
import { type RestoreOptions, restore } from "./restore.ts";

/** Reads every part, and checks its size and hash. @throws ParleyError PYBAK */
export async function verifyParts(
  reader: BackupReader,
  { tables }: Manifest,
  onProgress: (table: string) => void = () => {},
): Promise<void> {
  for (const table of tables) {
    onProgress(table.name);
    for (const part of table.parts)
      await unpackPart(part, await reader.read(pathOf(table, part), part.storedBytes));
  }
}

/**
 * Restores a backup into a throw-away server, and counts the rows of every table. It takes the disk space of the whole
 * database for as long as it runs.
 * @returns the tables that were left out, as restore() does
 * @throws ParleyError PYBAK
 */
export async function verifyByRestoring(
  reader: BackupReader,
  manifest: Manifest,
  log: Log,
  options: RestoreOptions = {},
): Promise<string[]> {
  const server = await openThrowaway({ log, durable: false });
  try {
    const url = await createDatabase(server.superuserUrl);
    const leftOut = await restore(reader, manifest, url, log, options);
    await countRows(url, {
      ...manifest,
      tables: manifest.tables.filter(({ name }) => !leftOut.includes(name)),
    });
    return leftOut;
  } finally {
    await server.release();
  }
}

async function createDatabase(superuserUrl: string): Promise<string> {
  await withOwnerClient(superuserUrl, "verify", (client) => client.query("create database parley"));
  return Object.assign(new URL(superuserUrl), { pathname: "/parley" }).href;
}

/** Counts with a scan of each table: what an index says is no proof. */
async function countRows(url: string, { tables, migrations }: Manifest): Promise<void> {
  await withOwnerClient(url, "verify", async (client) => {
    await client.query(
      "set enable_indexscan to off; set enable_indexonlyscan to off; set enable_bitmapscan to off",
    );
    const { rowCount } = await client.query("select from graphile_migrate.migrations");
    // Newer migrations may have changed rows.
    if (rowCount !== migrations.length) return;
    for (const { name, rows: expected } of tables) {
      if (name === JOBS.name) continue;
      const { rows } = await client.query<{ count: string }>(`select count(*) as count from ${name}`);
      if (Number(rows[0]?.count) !== expected)
        throw damaged(`${name} has ${rows[0]?.count} rows after it was restored, not ${expected}`);
    }
  });
}
