import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Logger as GraphileLogger } from "@graphile/logger";
import { current, migrate as runCommitted } from "graphile-migrate";
import pg from "pg";
import type { Log } from "../base/log.ts";
import { describeFailure, readCommitted } from "./committed_migrations.ts";
import { withLockRetries } from "./lock_retries.ts";
import { ensurePartitions } from "./partitions.ts";
import { prepareDatabase } from "./prepare.ts";
import { primaryUrl } from "./primary_client.ts";

export const MIGRATIONS_FOLDER = fileURLToPath(new URL("../../migrations", import.meta.url));

export type MigrateOptions = {
  /** Also runs the uncommitted migration in `current/` (for tests). */
  withCurrent?: boolean;
  migrationsFolder?: string;
  /** How long a migration that does not get its locks is retried. */
  retryForMs?: number;
};

const RETRY_MS = 2 * 60_000;

/**
 * Brings a database up to date: the roles, graphile-worker's schema, Parley's migrations, the partitions of the next
 * months. Several processes may run it at once: the second waits for the first. It may run beside running processes: a
 * migration that does not get its locks within half a second is rolled back and retried.
 *
 * Each migration is a transaction: if one fails, it is rolled back, and the migrations before it stay.
 * No migration runs when a committed file was changed.
 * @throws ParleyError PYMIG, which names the file
 */
export async function migrate(
  databaseUrl: string,
  log: Log,
  { withCurrent = false, migrationsFolder = MIGRATIONS_FOLDER, retryForMs = RETRY_MS }: MigrateOptions = {},
): Promise<void> {
  const ownerUrl = await primaryUrl(databaseUrl);
  const client = new pg.Client({ connectionString: ownerUrl, application_name: "parley migrate" });
  await client.connect();
  try {
    // graphile-migrate fails immediately while another migrator runs; wait for that one here.
    await client.query("select pg_advisory_lock(hashtext('parley migrate'))");
    const migrations = await readCommitted(client, migrationsFolder);
    const settings = {
      connectionString: named(ownerUrl),
      migrationsFolder,
      logger: new GraphileLogger(() => (_level, message) => log.debug(message)),
    };
    const retries = { forMs: retryForMs, onRetry: () => logOldTransactions(client, log) };
    await withLockRetries(() => prepareDatabase(ownerUrl), retries);
    try {
      await withLockRetries(() => runCommitted(settings), retries);
    } catch (error) {
      throw await describeFailure(client, migrations, error);
    }
    if (withCurrent) await current(settings);
    await ensurePartitions(client, { log, retryForMs });
  } finally {
    await untilReleased(client).finally(() => client.end());
  }
}

/** The application_name of graphile-migrate's connections. */
const RUNNER = `parley migrate (runner ${process.pid})`;

function named(ownerUrl: string): string {
  const url = new URL(ownerUrl);
  url.searchParams.set("application_name", RUNNER);
  return url.href;
}

/**
 * Waits until graphile-migrate has closed its connections. It keeps them for 200 ms, and ends the process without a
 * message when one breaks in that time: if the server stops next, the reason of a failure would not be printed.
 */
async function untilReleased(client: pg.Client): Promise<void> {
  for (const end = performance.now() + 5_000; performance.now() < end; await delay(25)) {
    const { rowCount } = await client.query("select from pg_stat_activity where application_name = $1", [
      RUNNER,
    ]);
    if (rowCount === 0) return;
  }
}

/** Lists the sessions that probably hold the locks: those with old transactions, such as a dump or a report. */
async function logOldTransactions(client: pg.Client, log: Log): Promise<void> {
  const { rows } = await client.query(
    `select pid, application_name as program, round(extract(epoch from now() - xact_start)) as seconds
     from pg_stat_activity
     where datname = current_database() and xact_start < now() - interval '5 seconds'
     order by xact_start limit 5`,
  );
  log.warn({ transactions: rows }, "migration is delayed by locks; retrying");
}
