import type { EventEmitter } from "node:events";
import pg from "pg";
import type { Config } from "../base/config.ts";
import type { Log } from "../base/log.ts";

type PoolOptions = {
  wakesItself?: boolean;
  isOperator?: boolean;
  onConnect?: (client: pg.ClientBase) => Promise<void>;
  isUnprepared?: boolean;
  mayIdle?: boolean;
};

/**
 * Nothing of ours thinks for so long in a transaction: whoever does is suspended, or gone without a word, and the rows it
 * has locked would hold up everybody's webhooks.
 */
const IDLE_IN_TRANSACTION_MS = 10_000;

/** The setting that app_private.wake() reads, for all transactions of a connection. */
const WAKES_ITSELF = "-c parley.wake=self";

/**
 * A pool of connections of one login, for one part of the program; `name` shows in pg_stat_activity. `wakesItself`: what
 * its transactions leave for the worker is looked after without a job (app_private.wake()). `isOperator`: the audit
 * entries of its deeds say so. `onConnect` may refuse a new connection. `isUnprepared`: without named statements, for a
 * pooler that does not know them. `mayIdle`: without a limit to idling in a transaction, for the same reason.
 */
export function createPool(
  connectionString: string,
  name: string,
  config: Config,
  log: Log,
  {
    wakesItself = false,
    isOperator = false,
    onConnect,
    isUnprepared = false,
    mayIdle = false,
  }: PoolOptions = {},
): pg.Pool {
  const pool = new pg.Pool({
    connectionString,
    application_name: `parley ${name}`,
    ...(onConnect && { onConnect }),
    ...(isUnprepared && { Client: UnpreparedClient }),
    ...(wakesItself && { options: WAKES_ITSELF }),
    ...(isOperator && { options: "-c parley.actor=operator" }),
    ...(!mayIdle && { idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS }),
    max: config.DATABASE_POOL_SIZE,
    connectionTimeoutMillis: config.DATABASE_CONNECTION_TIMEOUT_MS,
    idleTimeoutMillis: config.DATABASE_IDLE_TIMEOUT_MS,
    keepAlive: true,
    // Queries that do not wait for one another's answers share a round trip.
    pipeline: true,
    // After a fail-over a connection can be dead without a word: TCP alone would take a quarter of an hour to notice.
    query_timeout: 60_000,
  });
  // A connection that breaks while idle is replaced at the next use; without a listener it would end the process.
  pool.on("error", (error) => log.warn({ pool: name, err: error.message }, "database connection lost"));
  pool.on("connect", (client) => client.on("error", () => {}));
  leaveStandbys(pool);
  return pool;
}

/** Ignores the names of queries: each is parsed again, as a pooler without prepared statements requires. */
class UnpreparedClient extends pg.Client {
  // biome-ignore lint/suspicious/noExplicitAny: pg overloads query() in eight ways, and all begin with the query
  override query(query: any, ...rest: any[]): any {
    const isNamed = typeof query === "object" && typeof query?.name === "string";
    return super.query(isNamed ? { ...query, name: undefined } : query, ...rest);
  }
}

/**
 * A primary that becomes a standby keeps its connections: one on which it refused to write is not used again, so that
 * the next one may reach the new primary.
 */
function leaveStandbys(pool: pg.Pool): void {
  const stale = new WeakSet<object>();
  pool.on("connect", (client) => {
    // Not the error of a query: not everybody who sees one has the client.
    const { connection } = client as pg.PoolClient & { connection: EventEmitter };
    connection.on("errorMessage", ({ code }: { code?: string }) => {
      if (code === READ_ONLY) stale.add(client);
    });
  });
  // The pool lets go of a client that is ending.
  pool.on("release", (_error, client) => {
    if (stale.has(client)) void client.end();
  });
}

const READ_ONLY = "25006";
