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

export const MIGRATIONS_FOLDER = fileURLToPath(new URL("../../migrations", import.meta.url));

export type MigrateOptions = {
  /** Also runs the migration that is being written (tests). */
  withCurrent?: boolean;
  migrationsFolder?: string;
  /** How long a migration is tried again that did not get its locks. */
  retryForMs?: number;
};

const RETRY_MS = 2 * 60_000;

/**
 * Brings a database up to date: the roles, graphile-worker's own schema, our migrations, the partitions of the next
 * months. Safe to run from many processes at once: the second waits for the first. Safe beside processes that run: each
 * migration gives up after half a second without its locks, is rolled back, and tried again.
 *
 * Each migration is a transaction: one that fails leaves the database as it was before it, and those before it stay.
 * Nothing is run when a committed file was changed.
 * @throws ParleyError PYMIG, which names the file
 */
export async function migrate(
  ownerUrl: string,
  log: Log,
  { withCurrent = false, migrationsFolder = MIGRATIONS_FOLDER, retryForMs = RETRY_MS }: MigrateOptions = {},
): Promise<void> {
  const client = new pg.Client({ connectionString: ownerUrl, application_name: "parley migrate" });
  await client.connect();
  try {
    // graphile-migrate gives up at once when another migrator is at work; wait for it here.
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

/** As which graphile-migrate's own connections are known to the server. */
const RUNNER = `parley migrate (runner ${process.pid})`;

function named(ownerUrl: string): string {
  const url = new URL(ownerUrl);
  url.searchParams.set("application_name", RUNNER);
  return url.href;
}

/**
 * graphile-migrate keeps its connections for 200 ms, and ends the process, without a word, when one of them breaks in
 * that time: a server that is stopped next would take the reason of a failure with it.
 */
async function untilReleased(client: pg.Client): Promise<void> {
  for (const end = performance.now() + 5_000; performance.now() < end; await delay(25)) {
    const { rowCount } = await client.query("select from pg_stat_activity where application_name = $1", [
      RUNNER,
    ]);
    if (rowCount === 0) return;
  }
}

/** Whoever holds the locks has most likely been at it for a while: a dump, a report, a forgotten session. */
async function logOldTransactions(client: pg.Client, log: Log): Promise<void> {
  const { rows } = await client.query(
    `select pid, application_name as program, round(extract(epoch from now() - xact_start)) as seconds
     from pg_stat_activity
     where datname = current_database() and xact_start < now() - interval '5 seconds'
     order by xact_start limit 5`,
  );
  log.warn({ transactions: rows }, "migration is delayed by locks; retrying");
}
