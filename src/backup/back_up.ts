import { resolve } from "node:path";
import type pg from "pg";
import { to as copyTo } from "pg-copy-streams";
import packageJson from "../../package.json" with { type: "json" };
import { sqlState } from "../base/database_error.ts";
import { ParleyError } from "../base/errors.ts";
import { withOwnerClient } from "../database/owner_client.ts";
import { packPart, partsOf } from "./copied_parts.ts";
import { JOBS, jobRows } from "./jobs.ts";
import {
  type BackedUpTable,
  type BackupMigration,
  type BackupPart,
  type BackupScope,
  encodeManifest,
  hasPlainNames,
  type Manifest,
  pathOf,
} from "./manifest.ts";
import type { BackupTarget, BackupWriter } from "./place.ts";
import { columnList, type ListedTable, listTables, listWholeTables } from "./table_list.ts";
import { tenantCondition } from "./tenant_tables.ts";

/** What of a table is copied: its rows, and how to select them. */
type Source = ListedTable & { rows: string };

type BackUpOptions = {
  /** Only these tables, each with its partitions; all if neither they nor a tenant are given. */
  tables?: readonly string[] | undefined;
  /** Only what belongs to this tenant. */
  tenant?: { id: string; slug: string };
  keys?: Manifest["keys"] | undefined;
  onProgress?: (table: string, rows: number) => void;
};

/** How much was written, and how much of it was there from an earlier run. */
export type BackUpResult = { manifest: Manifest; storedBytes: number; reusedBytes: number };

/**
 * Writes a backup as of one moment: everything is read in one transaction, which sees none of the later changes. It
 * takes the weakest lock on each table, which only a change of the schema waits for; see docs/backup.md.
 */
export async function backUp(
  ownerUrl: string,
  { writer, target }: BackupTarget,
  { tables: names, tenant, keys, onProgress = () => {} }: BackUpOptions = {},
): Promise<BackUpResult> {
  try {
    return await withOwnerClient(ownerUrl, "backup", async (client) => {
      await lockPlace(client, target);
      await beginSnapshot(client);
      const store = new PartStore(writer);
      const scope: BackupScope = tenant
        ? { kind: "tenant", ...tenant }
        : { kind: names ? "tables" : "whole" };
      const tables: BackedUpTable[] = [];
      for (const source of await (tenant ? tenantSources(client, tenant.id) : sources(client, names)))
        tables.push(await copyTable(client, source, store, (rows) => onProgress(source.name, rows)));
      const manifest = { scope, ...(await readVersion(client)), tables, ...(keys && { keys }) };
      await writer.finish(encodeManifest(manifest), store.paths);
      await client.query("commit");
      await record(client, target, manifest);
      return { manifest: { format: "parley-backup/1", ...manifest }, ...store.sizes };
    });
  } catch (error) {
    await writer.abandon();
    throw error;
  }
}

/**
 * One run at a time writes to a place: another one would remove the parts that this one counts on. The lock ends with the
 * connection; the server notices within moments that a run was killed.
 */
async function lockPlace(client: pg.Client, target: string): Promise<void> {
  const place = target.startsWith("s3://") ? target.replace(/\/+$/, "") : resolve(target);
  await client.query("set lock_timeout to '10s'");
  try {
    await client.query("select pg_advisory_lock(hashtext('parley backup'), hashtext($1))", [place]);
  } catch (cause) {
    if (sqlState(cause) !== "55P03") throw cause;
    throw new ParleyError("PYUNA", `Another run writes a backup to ${target}: wait until it has ended`, {
      cause,
    });
  }
}

/** Begins the transaction. A change of the schema that runs at the moment is waited for. */
async function beginSnapshot(client: pg.Client): Promise<void> {
  const tables = await listWholeTables(client);
  const odd = tables.find((table) => !hasPlainNames(table));
  if (odd !== undefined)
    throw new ParleyError(
      "PYREQ",
      `${odd.name}, or a column of it, has a name that no backup can have: move it to a schema of your own`,
    );
  await client.query("begin isolation level repeatable read read only");
  await client.query("set local lock_timeout to '60s'");
  // The same parts for the same rows: otherwise a scan may begin where another one is.
  await client.query("set local synchronize_seqscans to off");
  await client.query("set local idle_in_transaction_session_timeout to 0");
  await client.query("set local statement_timeout to 0");
  await client.query("set local timezone to 'UTC'");
  // Before the first query, which takes the snapshot: what is locked cannot change its form any more.
  await client.query(`lock table ${tables.map(({ name }) => name).join(", ")} in access share mode`);
}

async function sources(client: pg.Client, names: readonly string[] | undefined): Promise<Source[]> {
  const tables = await listTables(client);
  const wanted = tables.filter(({ name, partition }) => names?.includes(partition?.of ?? name) ?? true);
  const unknown = names?.find(
    (name) => !wanted.some((table) => (table.partition?.of ?? table.name) === name),
  );
  if (unknown !== undefined)
    throw new ParleyError("PYREQ", `There is no table ${unknown}: name it with its schema`);
  const jobs = names ? [] : [{ ...JOBS, rows: `(${jobRows()})` }];
  return [
    ...wanted.map((table) => ({ ...table, rows: `${table.name} (${columnList(table.columns)})` })),
    ...jobs,
  ];
}

/** Tables are not divided into partitions: the other installation has its own. */
async function tenantSources(client: pg.Client, tenantId: string): Promise<Source[]> {
  const tables = (await listWholeTables(client)).flatMap((table) => {
    const condition = tenantCondition(table, tenantId);
    if (condition === null) return [];
    return [
      { ...table, rows: `(select ${columnList(table.columns)} from ${table.name} where ${condition})` },
    ];
  });
  return [...tables, { ...JOBS, rows: `(${jobRows(tenantId)})` }];
}

async function copyTable(
  client: pg.Client,
  { rows: from, ...table }: Source,
  store: PartStore,
  onProgress: (rows: number) => void,
): Promise<BackedUpTable> {
  const copy = client.query(copyTo(`copy ${from} to stdout`));
  const parts: BackupPart[] = [];
  let rows = 0;
  for await (const part of partsOf(copy)) {
    rows += countRows(part);
    onProgress(rows);
    parts.push(await store.add(table, part));
  }
  return { ...table, rows, parts };
}

/** COPY writes a row as a line; line breaks in values are written as `\n`. */
function countRows(part: Buffer): number {
  let count = 0;
  for (let at = part.indexOf(10); at !== -1; at = part.indexOf(10, at + 1)) count += 1;
  return count;
}

class PartStore {
  readonly #writer: BackupWriter;
  readonly paths = new Set<string>();
  readonly sizes = { storedBytes: 0, reusedBytes: 0 };

  constructor(writer: BackupWriter) {
    this.#writer = writer;
  }

  async add(table: ListedTable, rows: Buffer): Promise<BackupPart> {
    const { part, stored } = await packPart(rows);
    const path = pathOf(table, part);
    const isThere = this.paths.has(path) || (await this.#writer.has(path));
    if (!isThere) await this.#writer.add(path, stored);
    this.paths.add(path);
    this.sizes.storedBytes += stored.length;
    if (isThere) this.sizes.reusedBytes += stored.length;
    return part;
  }
}

/** So that an operator sees when the last backup was made. A standby cannot be written to, but can be backed up. */
async function record(
  client: pg.Client,
  target: string,
  { scope, takenAt }: Pick<Manifest, "scope" | "takenAt">,
): Promise<void> {
  try {
    await client.query("insert into app_private.backups (taken_at, target, scope) values ($1, $2, $3)", [
      takenAt,
      target,
      scope.kind,
    ]);
  } catch (error) {
    if (sqlState(error) !== READ_ONLY) throw error;
  }
}

const READ_ONLY = "25006";

async function readVersion(client: pg.Client): Promise<Pick<Manifest, "takenAt" | "program" | "migrations">> {
  const { rows } = await client.query<{ taken_at: Date; migrations: BackupMigration[] }>(
    `select now() as taken_at, (
       select json_agg(json_build_object('file', m.filename, 'hash', m.hash) order by m.filename)
       from graphile_migrate.migrations m
     ) as migrations`,
  );
  const { taken_at, migrations } = rows[0]!;
  return { takenAt: taken_at.toISOString(), program: packageJson.version, migrations };
}
