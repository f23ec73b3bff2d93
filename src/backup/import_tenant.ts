import type pg from "pg";
import { sqlState } from "../base/database_error.ts";
import { ParleyError } from "../base/errors.ts";
import { withOwnerClient } from "../database/owner_client.ts";
import { damaged } from "./damaged.ts";
import { addRestoredJobs, createJobTable, JOBS, requireTenantJobs } from "./jobs.ts";
import { loadTable } from "./load_table.ts";
import type { BackedUpTable, Manifest } from "./manifest.ts";
import type { BackupReader } from "./place.ts";
import { requireSameSchema } from "./schema_version.ts";
import { columnList, type ListedTable, listWholeTables } from "./table_list.ts";
import { requireTenantReferences } from "./tenant_references.ts";
import { tenantCondition } from "./tenant_tables.ts";
import { mergeUsers, USER_TABLES } from "./tenant_users.ts";

type ImportedTenant = { id: string; slug: string; users: { added: number; known: number } };

/**
 * Imports the backup of one tenant into an installation that has others, while it runs. One transaction: all of it or
 * nothing. Its channels are paused. Triggers and checks of foreign keys are switched off for this connection only, which
 * a superuser has to permit; all references are checked at the end.
 * @throws ParleyError PYBAK, PYVER, PYEMP, PYUNA
 */
export async function importTenant(
  reader: BackupReader,
  manifest: Manifest,
  ownerUrl: string,
  { slug, onProgress = () => {} }: { slug?: string; onProgress?: (table: string) => void } = {},
): Promise<ImportedTenant> {
  const { scope } = manifest;
  if (scope.kind !== "tenant") throw new ParleyError("PYREQ", "This is not the backup of one tenant");
  const tenant = { id: scope.id, slug: slug ?? scope.slug };
  try {
    return await withOwnerClient(ownerUrl, "restore", async (client) => {
      await requireSameSchema(client, manifest);
      await client.query("begin");
      await switchOffTriggers(client);
      await requireFree(client, tenant);
      const tables = await requireTenantTables(client, manifest.tables, tenant.id);
      const users = await load(client, reader, manifest.tables, tenant, onProgress);
      await requireCounts(client, tables, manifest.tables, tenant.id);
      await requireTenantReferences(client, tables, tenant.id);
      await requireTenantJobs(client, tenant.id);
      await client.query(
        "update app_public.channels set status = 'paused' where tenant_id = $1 and status = 'active'",
        [tenant.id],
      );
      // From here on with triggers: adding jobs notifies the workers.
      await client.query("set local session_replication_role to origin");
      await addRestoredJobs(client);
      await client.query("commit");
      return { ...tenant, users };
    });
  } catch (error) {
    if (sqlState(error) !== "23505") throw error;
    const { constraint, detail } = error as pg.DatabaseError;
    throw new ParleyError("PYEMP", `A row of the tenant is already there (${constraint}): ${detail}`, {
      cause: error,
    });
  }
}

async function switchOffTriggers(client: pg.Client): Promise<void> {
  await client.query("set local search_path to ''");
  await client.query("set local statement_timeout to 0");
  await client.query("set local idle_in_transaction_session_timeout to 0");
  await client.query("set local timezone to 'UTC'");
  try {
    await client.query("set local session_replication_role to replica");
  } catch (cause) {
    if (sqlState(cause) !== "42501") throw cause;
    throw new ParleyError(
      "PYUNA",
      "The owner's login may not switch triggers off: as a superuser, run: grant set on parameter session_replication_role to <the login>",
      { cause },
    );
  }
}

async function requireFree(client: pg.Client, { id, slug }: { id: string; slug: string }): Promise<void> {
  const { rows } = await client.query<{ slug: string; is_same: boolean }>(
    "select slug, id = $1 as is_same from app_public.tenants where id = $1 or slug = $2",
    [id, slug],
  );
  const [there] = rows;
  if (there === undefined) return;
  throw new ParleyError(
    "PYEMP",
    there.is_same
      ? `The tenant is already there: ${there.slug}`
      : `Another tenant has the slug ${slug}: give one with --slug`,
  );
}

/** The tables that the backup has must be those of a tenant, with their columns. */
async function requireTenantTables(
  client: pg.Client,
  given: readonly BackedUpTable[],
  tenantId: string,
): Promise<ListedTable[]> {
  const tables = (await listWholeTables(client)).filter((table) => tenantCondition(table, tenantId) !== null);
  const shape = ({ name, columns }: ListedTable) => `${name} (${columnList(columns)})`;
  const expected = [...tables, JOBS].map(shape).sort();
  const found = given.map(shape).sort();
  const at = expected.findIndex((each, index) => each !== found[index]);
  if (at !== -1 || found.length !== expected.length)
    throw damaged(
      `its tables are not those of a tenant: ${(found[at] ?? expected[at] ?? "one too many").slice(0, 100)}`,
    );
  return tables;
}

async function load(
  client: pg.Client,
  reader: BackupReader,
  tables: readonly BackedUpTable[],
  tenant: { id: string; slug: string },
  onProgress: (table: string) => void,
): Promise<ImportedTenant["users"]> {
  const jobTable = await createJobTable(client);
  for (const table of tables) {
    onProgress(table.name);
    if (table.name === JOBS.name) await loadTable(client, reader, table, jobTable);
    else if (table.name === "app_public.tenants" || USER_TABLES.includes(table.name))
      await loadTable(client, reader, table, await createCopy(client, table.name));
    else await loadTable(client, reader, table);
  }
  await client.query("update pg_temp.tenants set slug = $1 where id = $2", [tenant.slug, tenant.id]);
  const { columns } = tables.find(({ name }) => name === "app_public.tenants")!;
  await client.query(
    `insert into app_public.tenants (${columnList(columns)}) select ${columnList(columns)} from pg_temp.tenants`,
  );
  return mergeUsers(client, tables, tenant.id);
}

/** A table of the same form, for rows that are not stored as they are. */
async function createCopy(client: pg.Client, table: string): Promise<string> {
  const name = table.split(".")[1]!;
  await client.query(`create temp table ${name} (like ${table}) on commit drop`);
  return `pg_temp.${name}`;
}

/** Every row that was loaded must be one of the tenant: nothing of others is added or replaced. */
async function requireCounts(
  client: pg.Client,
  tables: readonly ListedTable[],
  given: readonly BackedUpTable[],
  tenantId: string,
): Promise<void> {
  for (const table of tables) {
    if (USER_TABLES.includes(table.name)) continue;
    const { rows } = await client.query<{ count: string }>(
      `select count(*) as count from ${table.name} where ${tenantCondition(table, tenantId)}`,
    );
    const expected = given.find(({ name }) => name === table.name)!.rows;
    if (Number(rows[0]!.count) !== expected)
      throw damaged(`${table.name} has rows that do not belong to the tenant`);
  }
}
