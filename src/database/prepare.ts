import { readFile } from "node:fs/promises";
import { runMigrations as runWorkerMigrations } from "graphile-worker";
import pg from "pg";

const ROLES = new URL("../../migrations/roles.sql", import.meta.url);

/**
 * Creates what the first migration needs: the roles, and graphile-worker's schema, because triggers
 * add jobs. Throws 55P03 instead of waiting long for a lock.
 */
export async function prepareDatabase(ownerUrl: string): Promise<void> {
  const pool = new pg.Pool({
    connectionString: ownerUrl,
    application_name: "parley migrate",
    options: "-c lock_timeout=500ms",
  });
  // A connection that breaks while idle is replaced at the next use.
  pool.on("error", () => {});
  pool.on("connect", (client) => client.on("error", () => {}));
  try {
    await pool.query(await readFile(ROLES, "utf8"));
    await runWorkerMigrations({ pgPool: pool });
  } finally {
    await pool.end();
  }
}

// graphile-migrate runs this file on its shadow database (.gmrc, afterReset).
if (import.meta.main) await prepareDatabase(process.env.GM_DBURL!);
