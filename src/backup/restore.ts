import type pg from "pg";
import { ParleyError } from "../base/errors.ts";
import type { Log } from "../base/log.ts";
import { MIGRATIONS_FOLDER, migrate } from "../database/migrate.ts";
import { withOwnerClient } from "../database/owner_client.ts";
import { schemaState } from "../database/schema_state.ts";
import { damaged } from "./damaged.ts";
import { dropForeignKeys } from "./foreign_keys.ts";
import { addRestoredJobs, createJobTable, JOBS } from "./jobs.ts";
import { loadTable } from "./load_table.ts";
import type { BackedUpTable, Manifest } from "./manifest.ts";
import { replacePartitions } from "./partitions.ts";
import type { BackupReader } from "./place.ts";
import { migrateToVersion, requireKnownSchema, requireSameSchema } from "./schema_version.ts";
import { columnList, listTables, listWholeTables } from "./table_list.ts";

export type RestoreOptions = {
  /** Pauses all channels, so that no worker sends what was queued when the backup was made. */
  pausesChannels?: boolean;
  onProgress?: (table: string) => void;
  migrationsFolder?: string;
};

/**
 * Restores a whole backup into an empty database. One transaction: if anything fails, or the process is killed, the
 * database stays empty. An older backup is restored into its own version of the schema, which is then migrated.
 * @returns the tables of the backup that the database does not have: an operator had added them. They are left out
 * @throws ParleyError PYBAK, PYVER, PYEMP
 */
export async function restore(
  reader: BackupReader,
  manifest: Manifest,
  ownerUrl: string,
  log: Log,
  {
    pausesChannels = false,
    onProgress = () => {},
    migrationsFolder = MIGRATIONS_FOLDER,
  }: RestoreOptions = {},
): Promise<string[]> {
  if (manifest.scope.kind !== "whole")
    throw new ParleyError("PYREQ", "This backup has only a part of an installation");
  await requireKnownSchema(manifest, migrationsFolder);
  const unknown = await withOwnerClient(ownerUrl, "restore", async (client) => {
    if ((await schemaState(client)) === "missing")
      await migrateToVersion(ownerUrl, log, manifest, migrationsFolder);
    await requireSameSchema(client, manifest);
    await client.query("begin");
    await prepareSession(client);
    await requireEmpty(client);
    const leftOut = await load(client, reader, manifest, onProgress);
    if (pausesChannels)
      await client.query("update app_public.channels set status = 'paused' where status = 'active'");
    await client.query("commit");
    await client.query(`analyze ${(await listWholeTables(client)).map(({ name }) => name).join(", ")}`);
    return leftOut;
  });
  // Newer migrations, and the partitions of this month and the next ones.
  await migrate(ownerUrl, log, { migrationsFolder });
  return unknown;
}

/** Names are printed with their schemas; nothing ends a transaction that takes long. */
async function prepareSession(client: pg.Client): Promise<void> {
  await client.query("set local search_path to ''");
  await client.query("set local statement_timeout to 0");
  await client.query("set local idle_in_transaction_session_timeout to 0");
  await client.query("set local timezone to 'UTC'");
  // In the same order as the migrations: no process starts to use the database in the meantime.
  await client.query("lock table app_public.tenants, app_public.users in access exclusive mode");
}

async function requireEmpty(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ is_empty: boolean }>(
    "select not exists (select from app_public.tenants) and not exists (select from app_public.users) as is_empty",
  );
  if (rows[0]?.is_empty) return;
  throw new ParleyError(
    "PYEMP",
    "The database is not empty: restore into one that has no tenants and no users",
  );
}

async function load(
  client: pg.Client,
  reader: BackupReader,
  manifest: Manifest,
  onProgress: (table: string) => void,
): Promise<string[]> {
  const { tables, leftOut } = await requireSameTables(client, manifest.tables);
  const addForeignKeys = await dropForeignKeys(client);
  await setTriggers(client, "disable");
  await replacePartitions(client, tables);
  await removeSeeds(client);
  for (const table of tables) {
    onProgress(table.name);
    await loadTable(
      client,
      reader,
      table,
      table.name === JOBS.name ? await createJobTable(client) : table.name,
    );
  }
  onProgress("foreign keys");
  await addForeignKeys();
  await setTriggers(client, "enable");
  await addRestoredJobs(client);
  return leftOut;
}

/** The owner may switch its own triggers, but not those of foreign keys. */
async function setTriggers(client: pg.Client, to: "disable" | "enable"): Promise<void> {
  const tables = await listWholeTables(client);
  await client.query(tables.map(({ name }) => `alter table ${name} ${to} trigger user`).join(";"));
}

/** Deletes what the migrations have inserted: the backup has it, with the changes that were made to it. */
async function removeSeeds(client: pg.Client): Promise<void> {
  for (const { name } of await listTables(client)) {
    const { rowCount } = await client.query(`select from ${name} limit 1`);
    if (rowCount !== 0) await client.query(`truncate ${name}`);
  }
}

/**
 * The backup must have the tables of its schema, each once, and may have any partitions of those that have some. Tables that
 * only the backup has are left out.
 */
async function requireSameTables(
  client: pg.Client,
  given: readonly BackedUpTable[],
): Promise<{ tables: BackedUpTable[]; leftOut: string[] }> {
  const shape = (name: string, columns: readonly string[]) => `${name} (${columnList(columns)})`;
  const ordinary = [...(await listTables(client)).filter(({ partition }) => !partition), JOBS];
  const missing = new Set(ordinary.map(({ name, columns }) => shape(name, columns)));
  const whole = await listWholeTables(client);
  const known = new Set([...whole, JOBS].map(({ name }) => name));
  const partitioned = new Set(
    whole.map(({ name, columns }) => shape(name, columns)).filter((each) => !missing.has(each)),
  );
  const tables = given.filter(({ name, partition }) => known.has(partition?.of ?? name));
  for (const { name, columns, partition } of tables) {
    const isSame = partition
      ? partitioned.has(shape(partition.of, columns))
      : missing.delete(shape(name, columns));
    if (!isSame)
      throw damaged(
        `its tables are not those of its schema: ${name} (if you have added columns, add them here, too)`,
      );
  }
  const [first] = missing;
  if (first !== undefined)
    throw damaged(`its tables are not those of its schema: there is no ${first.slice(0, 100)}`);
  return { tables, leftOut: given.filter((table) => !tables.includes(table)).map(({ name }) => name) };
}
