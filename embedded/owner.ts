import { setTimeout as delay } from "node:timers/promises";
import { Client, DatabaseError, escapeLiteral } from "pg";

/** The server may crash under it, and is then started again. */
const TIMEOUT_MS = 30_000;

/** URL of the owner. */
export function ownerUrl(port: number, password: string): string {
  return `postgres://parley:${encodeURIComponent(password)}@127.0.0.1:${port}/parley`;
}

/**
 * Ensures that the role `parley` and its database `parley` exist. The role creates the other roles and
 * databases and is not a superuser, so that migrations need no more rights here than on a hosted server.
 */
export async function ensureOwner(superuserUrl: string, password: string): Promise<void> {
  for (const deadline = Date.now() + TIMEOUT_MS; ; await delay(100)) {
    try {
      return await makeOwner(superuserUrl, password);
    } catch (error) {
      if (!isPassing(error) || Date.now() > deadline) throw error;
    }
  }
}

async function makeOwner(superuserUrl: string, password: string): Promise<void> {
  await asSuperuser(superuserUrl, "postgres", async (client) => {
    // Several processes may do this at once. A database cannot be created in a transaction, so it is a session lock.
    await client.query("select pg_advisory_lock('x7061726c'::bit(32)::int, 2)");
    const { rows } = await client.query<{ has_role: boolean; has_database: boolean }>(
      `select
         exists (select from pg_roles where rolname = 'parley') as has_role,
         exists (select from pg_database where datname = 'parley') as has_database`,
    );
    if (!rows[0]?.has_role) {
      // It may see what the sessions of the API's login do, as the owner may on most hosted servers.
      await client.query(
        `create role parley login createrole createdb password ${escapeLiteral(password)} in role pg_monitor`,
      );
    }
    if (!rows[0]?.has_database) await client.query("create database parley owner parley");
    await permitImports(client);
    await asSuperuser(superuserUrl, "parley", showStatements);
  });
}

async function asSuperuser(
  superuserUrl: string,
  database: string,
  work: (client: Client) => Promise<void>,
): Promise<void> {
  const client = new Client({
    connectionString: Object.assign(new URL(superuserUrl), { pathname: `/${database}` }).href,
    connectionTimeoutMillis: 5_000,
    application_name: "parley owner",
  });
  client.on("error", () => undefined);
  try {
    await client.connect();
    await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Which statements take how long, for `parley doctor`. */
async function showStatements(client: Client): Promise<void> {
  await client.query("create extension if not exists pg_stat_statements");
}

/** Importing a tenant must not fire the triggers that react to new messages. */
async function permitImports(client: Client): Promise<void> {
  const setting = "session_replication_role";
  const { rows } = await client.query<{ may: boolean }>(
    `select has_parameter_privilege('parley', '${setting}', 'set') as may`,
  );
  if (!rows[0]?.may) await client.query(`grant set on parameter ${setting} to parley`);
}

/** Whether the connection failed (no answer, or class 57: shut down, starting up) and not the statement. */
function isPassing(error: unknown): boolean {
  return !(error instanceof DatabaseError) || error.code?.startsWith("57") === true;
}
