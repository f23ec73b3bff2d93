import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { lexicographicSortSchema, printSchema as print } from "postgraphile/graphql";
import { openThrowaway } from "../embedded/throwaway.ts";
import { createLog } from "../log.ts";
import { migrate } from "../migrate.ts";
import { buildSchema } from "./schema/build_schema.ts";

/** The schema as text, generated: people and code generators read it, and a review shows what a migration does to it. */
export const SCHEMA_FILE = fileURLToPath(new URL("../schema.graphql", import.meta.url));

/**
 * The schema of a migrated database. The same text whatever the server's version and the order of its catalog.
 * @param authenticatorUrl the API's login
 */
export async function printSchema(authenticatorUrl: string): Promise<string> {
  const pool = new pg.Pool({ connectionString: authenticatorUrl, max: 1 });
  try {
    const { schema, release } = await buildSchema({
      pool,
      sessions: { signIn: unused, refresh: unused },
      keyRing: { current: "", keys: new Map() },
      statementTimeoutMs: 0,
    });
    await release();
    return `${print(lexicographicSortSchema(schema))}\n`;
  } finally {
    await pool.end();
  }
}

async function unused(): Promise<never> {
  throw new Error("a schema that is only printed does nothing");
}

/** `node src/graphql/print_schema.ts` writes src/schema.graphql, from a throw-away database with every migration. */
if (import.meta.main) {
  const log = createLog("warn");
  const server = await openThrowaway({ log, durable: false });
  try {
    await migrate(server.superuserUrl, log, { withCurrent: true });
    await writeFile(SCHEMA_FILE, await printSchema(server.superuserUrl));
  } finally {
    await server.release();
  }
}
