import { readFile } from "node:fs/promises";
import { runMigrations as runWorkerMigrations } from "graphile-worker";
import pg from "pg";

const ROLES = new URL("../migrations/roles.sql", import.meta.url);

/** What has to be there before our first migration: the roles, and graphile-worker's own schema, because our triggers add jobs. */
export async function prepareDatabase(ownerUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: ownerUrl, application_name: "parley migrate" });
  await client.connect();
  try {
    await client.query(await readFile(ROLES, "utf8"));
  } finally {
    await client.end();
  }
  await runWorkerMigrations({ connectionString: ownerUrl });
}

// graphile-migrate runs this file on its shadow database (.gmrc, afterReset).
if (import.meta.main) await prepareDatabase(process.env.GM_DBURL!);
