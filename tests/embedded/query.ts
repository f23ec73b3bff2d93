import { Client } from "pg";

/** Runs one statement on a connection of its own. */
export async function query(connectionString: string, text: string, values?: unknown[]): Promise<unknown[]> {
  const client = new Client({ connectionString });
  await client.connect();
  try {
    return (await client.query(text, values)).rows;
  } finally {
    await client.end();
  }
}
