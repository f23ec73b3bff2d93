import { fileURLToPath } from "node:url";
import pg from "pg";
import { lexicographicSortSchema, printSchema as print } from "postgraphile/graphql";
import { buildSchema } from "./schema/build_schema.ts";

/** The file with the schema as text, for readers, code generators and reviews. `npm run schema` writes it. */
export const SCHEMA_FILE = fileURLToPath(new URL("./schema.graphql", import.meta.url));

/**
 * Prints the schema of a migrated database. The text does not depend on the server's version or its catalog's order.
 * @param authenticatorUrl the API's login
 */
export async function printSchema(authenticatorUrl: string): Promise<string> {
  const pool = new pg.Pool({ connectionString: authenticatorUrl, max: 1 });
  try {
    const { schema, release } = await buildSchema({
      pool,
      accounts: {
        sessions: {
          signIn: unused,
          switchTenant: unused,
          refresh: unused,
          acceptInvitation: unused,
          changePassword: unused,
        },
        passwordResets: { request: unused, reset: unused },
        totp: { start: unused, confirm: unused, remove: unused },
      },
      keyRing: { current: "", keys: new Map() },
      mediaAddresses: { sign: () => "" },
      calls: { limitMs: 0, begin: () => unused },
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
