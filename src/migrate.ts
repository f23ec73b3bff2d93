import { fileURLToPath } from "node:url";
import { Logger as GraphileLogger } from "@graphile/logger";
import { current, migrate as runCommitted } from "graphile-migrate";
import pg from "pg";
import { withLockRetries } from "./lock_retries.ts";
import type { Log } from "./log.ts";
import { ensurePartitions } from "./partitions.ts";
import { prepareDatabase } from "./prepare_database.ts";

export const MIGRATIONS_FOLDER = fileURLToPath(new URL("../migrations", import.meta.url));

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
    const settings = {
      connectionString: ownerUrl,
      migrationsFolder,
      logger: new GraphileLogger(() => (_level, message) => log.debug(message)),
    };
    const run = async () => {
      await prepareDatabase(ownerUrl);
      await (withCurrent ? current(settings) : runCommitted(settings));
    };
    await withLockRetries(run, { forMs: retryForMs, onRetry: () => logOldTransactions(client, log) });
    await ensurePartitions(client, { log, retryForMs });
  } finally {
    await client.end();
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
  log.warn({ transactions: rows }, "the migration waits for locks that others hold; trying again");
}
