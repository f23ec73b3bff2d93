import { fileURLToPath } from "node:url";
import { Logger as GraphileLogger } from "@graphile/logger";
import { current, migrate as runCommitted } from "graphile-migrate";
import pg from "pg";
import type { Log } from "./log.ts";
import { prepareDatabase } from "./prepare_database.ts";

export const MIGRATIONS_FOLDER = fileURLToPath(new URL("../migrations", import.meta.url));

/**
 * Brings a database up to date: the roles, graphile-worker's own schema, our migrations, the partitions of the next
 * months. Safe to run from many processes at once: the second waits for the first. `withCurrent` also runs the
 * migration that is being written (tests).
 */
export async function migrate(ownerUrl: string, log: Log, { withCurrent = false } = {}): Promise<void> {
  const client = new pg.Client({ connectionString: ownerUrl, application_name: "parley migrate" });
  await client.connect();
  try {
    // graphile-migrate gives up at once when another migrator is at work; wait for it here.
    await client.query("select pg_advisory_lock(hashtext('parley migrate'))");
    await prepareDatabase(ownerUrl);
    const settings = {
      connectionString: ownerUrl,
      migrationsFolder: MIGRATIONS_FOLDER,
      logger: new GraphileLogger(() => (_level, message) => log.debug(message)),
    };
    await (withCurrent ? current(settings) : runCommitted(settings));
    await client.query("select app_private.ensure_partitions()");
  } finally {
    await client.end();
  }
}
