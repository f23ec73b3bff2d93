import type { EventEmitter } from "node:events";
import pg from "pg";
import type { Config } from "../base/config.ts";
import type { Log } from "../base/log.ts";
import { type ClientClass, measuredClient } from "./measured_client.ts";
import { PrimaryClient } from "./primary_client.ts";

type PoolOptions = {
  wakesItself?: boolean;
  isOperator?: boolean;
  onConnect?: (client: pg.ClientBase) => Promise<void>;
  isUnprepared?: boolean;
  mayIdle?: boolean;
  isStandby?: boolean;
};

/**
 * No code of Parley leaves a transaction idle this long: a process that does is suspended or unreachable, and the rows
 * it has locked would block the webhooks of all tenants.
 */
const IDLE_IN_TRANSACTION_MS = 10_000;

/** The setting that app_private.wake() reads, for all transactions of a connection. */
const WAKES_ITSELF = "-c parley.wake=self";

/**
 * Creates a pool of connections for one part of the program; `name` appears in pg_stat_activity. `wakesItself`: no jobs
 * are added for work that its transactions leave to the worker, since the caller starts it (app_private.wake()).
 * `isOperator`: audit entries name an operator. `onConnect` may refuse a new connection. `isUnprepared`: no named
 * statements, for poolers that do not support them. `mayIdle`: no idle-in-transaction timeout, for the same reason.
 * `isStandby`: the server may be one; otherwise it must be the primary.
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
    isStandby = false,
  }: PoolOptions = {},
): pg.Pool {
  const pool = new pg.Pool({
    connectionString,
    application_name: `parley ${name}`,
    ...(onConnect && { onConnect }),
    Client: measuredClient(clientOf(isStandby, isUnprepared), name, log),
    ...(wakesItself && { options: WAKES_ITSELF }),
    ...(isOperator && { options: "-c parley.actor=operator" }),
    ...(!mayIdle && { idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS }),
    max: config.DATABASE_POOL_SIZE,
    connectionTimeoutMillis: config.DATABASE_CONNECTION_TIMEOUT_MS,
    idleTimeoutMillis: config.DATABASE_IDLE_TIMEOUT_MS,
    keepAlive: true,
    // Queries that do not wait for each other's results share a round trip.
    pipeline: true,
    // After a failover a connection can be dead without notice; TCP alone would take 15 minutes to detect that.
    query_timeout: 60_000,
  });
  // A connection that breaks while idle is replaced at the next use; without a listener it would end the process.
  pool.on("error", (error) => log.warn({ pool: name, err: error.message }, "database connection lost"));
  pool.on("connect", (client) => client.on("error", () => {}));
  if (!isStandby) leaveStandbys(pool);
  openPools.push({ name, pool });
  return pool;
}

const openPools: { name: string; pool: pg.Pool }[] = [];

/** The pools of this process that are open, for the metrics. */
export function listPools(): readonly { name: string; pool: pg.Pool }[] {
  for (let at = openPools.length - 1; at >= 0; at -= 1)
    if (openPools[at]!.pool.ended) openPools.splice(at, 1);
  return openPools;
}

function clientOf(isStandby: boolean, isUnprepared: boolean): ClientClass {
  const base = (isStandby ? pg.Client : PrimaryClient) as ClientClass;
  return isUnprepared ? unprepared(base) : base;
}

/** Ignores the names of queries: each is parsed again, as a pooler without prepared statements requires. */
function unprepared(base: ClientClass): ClientClass {
  return class extends base {
    // biome-ignore lint/suspicious/noExplicitAny: pg overloads query() in eight ways, and all begin with the query
    override query(query: any, ...rest: any[]): any {
      const isNamed = typeof query === "object" && typeof query?.name === "string";
      return super.query(isNamed ? { ...query, name: undefined } : query, ...rest);
    }
  };
}

/**
 * A primary that becomes a standby keeps its connections. A connection on which a write was refused is not used again,
 * so that the next one may reach the new primary.
 */
function leaveStandbys(pool: pg.Pool): void {
  const stale = new WeakSet<object>();
  pool.on("connect", (client) => {
    // Watches the connection's messages, because callers that see a query's error do not all have the client.
    const { connection } = client as pg.PoolClient & { connection: EventEmitter };
    connection.on("errorMessage", ({ code }: { code?: string }) => {
      if (code === READ_ONLY) stale.add(client);
    });
  });
  // The pool discards a client that is ending.
  pool.on("release", (_error, client) => {
    if (stale.has(client)) void client.end();
  });
}

const READ_ONLY = "25006";
