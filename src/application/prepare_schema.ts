import pg from "pg";
import type { Log } from "../log.ts";
import { migrate } from "../migrate.ts";
import { newestCommitted, schemaState } from "../schema_state.ts";

/**
 * Migrates. Before the first migration is committed there is only the one that is being written, and running that
 * again would begin anew: it is run once, on a database without a schema.
 */
export async function prepareSchema(ownerUrl: string, log: Log): Promise<void> {
  const isFirst = (await newestCommitted()) === 0;
  if (isFirst && (await hasSchema(ownerUrl))) return;
  await migrate(ownerUrl, log, { withCurrent: isFirst });
}

async function hasSchema(connectionString: string): Promise<boolean> {
  const client = new pg.Client({ connectionString, application_name: "parley migrate" });
  client.on("error", () => {});
  await client.connect();
  try {
    return (await schemaState(client)) === "current";
  } finally {
    await client.end();
  }
}
