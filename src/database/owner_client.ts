import pg from "pg";
import { primaryUrl } from "./primary_client.ts";

/**
 * Works on one connection as the owner, for as long as it takes: unlike the connections of a pool, it has no time limits.
 * `name` appears in pg_stat_activity. A transaction that is still open at the end is rolled back.
 */
export async function withOwnerClient<T>(
  databaseUrl: string,
  name: string,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const connectionString = await primaryUrl(databaseUrl);
  const client = new pg.Client({ connectionString, application_name: `parley ${name}` });
  // If it breaks, the query that is waiting fails.
  client.on("error", () => {});
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
