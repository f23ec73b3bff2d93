import type pg from "pg";
import { sqlState } from "../base/database_error.ts";
import { ParleyError } from "../base/errors.ts";
import { PrimaryClient } from "./primary_client.ts";

/** An arbitrary name that no statement of Parley has. */
const PROBE = "parley_probe";
const CONNECT_MS = 10_000;

/**
 * Whether named statements can be used at this address. False behind a pooler in transaction mode that passes them on as they
 * are (PgBouncer before 1.21, or with `max_prepared_statements = 0`): the next transaction may run on another connection,
 * which does not have the statement, or has another of that name. A pooler that supports them gives them names of its
 * own, which `pg_prepared_statements` shows.
 */
export async function supportsNamedStatements(connectionString: string): Promise<boolean> {
  return withClient(connectionString, async (client) => {
    if ((await backendOf(client)) === processOf(client)) return true;
    await client.query("begin");
    try {
      await client.query({ name: PROBE, text: "select 1" });
      const { rowCount } = await client.query(
        `select from pg_catalog.pg_prepared_statements where name = '${PROBE}'`,
      );
      if (rowCount === 0) return true;
      await client.query(`deallocate ${PROBE}`);
      return false;
    } catch (error) {
      // A process that was killed while it probed has left its statement behind.
      if (sqlState(error) === "42P05") return false;
      throw error;
    } finally {
      await client.query("rollback");
    }
  });
}

/**
 * Refuses an address that leads to a pooler in transaction mode: LISTEN and session locks would be left on connections that
 * others use, and be lost. There, two clients that are connected at the same time get the same connection of the server.
 *
 * @throws ParleyError PYUNA
 */
export async function requireOwnSessions(connectionString: string): Promise<void> {
  const isShared = await withClient(connectionString, async (first) => {
    const backend = await backendOf(first);
    if (backend === processOf(first)) return false;
    return withClient(connectionString, async (second) => (await backendOf(second)) === backend);
  });
  if (!isShared) return;
  throw new ParleyError(
    "PYUNA",
    "DATABASE_URL leads to a connection pooler in transaction mode: it must be a direct connection, because LISTEN and locks need sessions",
  );
}

async function withClient<T>(connectionString: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new PrimaryClient({
    connectionString,
    application_name: "parley start",
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: CONNECT_MS,
  });
  client.on("error", () => {});
  await client.connect();
  return work(client).finally(() => client.end());
}

async function backendOf(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ pid: number }>("select pg_catalog.pg_backend_pid() as pid");
  return rows[0]!.pid;
}

/** What the other side of the connection says is its process: a pooler makes up a number. */
function processOf(client: pg.Client): number | null {
  return (client as pg.Client & { processID: number | null }).processID;
}
