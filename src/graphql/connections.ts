import type pg from "pg";
import type { Config } from "../base/config.ts";
import { FairShare } from "../base/fair_share.ts";
import type { Log } from "../base/log.ts";
import { createPool } from "../database/pool.ts";
import { supportsNamedStatements } from "../database/pooler.ts";
import { WalPositions } from "../database/wal_positions.ts";
import { requirePlainLogin } from "./auth/plain_login.ts";
import { Replica } from "./request/replica.ts";

/** The connections of the API's login. */
type Connections = {
  pool: pg.Pool;
  /** For exports, which may take minutes. */
  exportPool: pg.Pool;
  /** With DATABASE_READ_URL. */
  replica: Replica | undefined;
  close(): Promise<void>;
};

type Options = {
  authenticatorUrl: string;
  /** Connections as the owner. */
  ownerPool: pg.Pool;
  config: Config;
  log: Log;
};

/** How many exports run at the same time. */
const EXPORTS = 2;

export async function openConnections(options: Options): Promise<Connections> {
  const { authenticatorUrl, ownerPool, config, log } = options;
  const isUnprepared = !(
    config.DATABASE_PREPARED_STATEMENTS ?? (await supportsNamedStatements(authenticatorUrl))
  );
  if (isUnprepared) log.info("API uses no prepared statements");
  const open = (url: string, name: string, size: number, isStandby = false) =>
    createPool(url, name, { ...config, DATABASE_POOL_SIZE: size }, log, {
      onConnect: (client) => requirePlainLogin(client, log),
      mayIdle: true,
      isUnprepared,
      isStandby,
    });
  const pool = open(authenticatorUrl, "api", config.DATABASE_POOL_SIZE);
  const exportPool = open(authenticatorUrl, "export", EXPORTS);
  const { DATABASE_READ_URL: readUrl, DATABASE_READ_MAX_LAG_MS: maxLagMs } = config;
  if (readUrl === undefined)
    return {
      pool,
      exportPool,
      replica: undefined,
      close: async () => void (await Promise.all([pool.end(), exportPool.end()])),
    };
  const replicaPool = open(withLogin(readUrl, authenticatorUrl), "replica", config.DATABASE_POOL_SIZE, true);
  const positions = new WalPositions(ownerPool, log);
  const connections = sharedConnections(config);
  return {
    pool,
    exportPool,
    replica: new Replica({ pool: replicaPool, connections, positions, maxLagMs }),
    async close() {
      positions.close();
      await Promise.all([pool.end(), exportPool.end(), replicaPool.end()]);
    },
  };
}

/** The address with the user and password of another one, unless it names its own. */
function withLogin(url: string, loginUrl: string): string {
  const target = new URL(url);
  if (target.username !== "") return url;
  const { username, password } = new URL(loginUrl);
  return Object.assign(target, { username, password }).href;
}

/** The connections that check sessions and API keys, which every request needs for a moment. */
export function sharedChecks({ DATABASE_POOL_SIZE, DATABASE_CONNECTION_TIMEOUT_MS }: Config): FairShare {
  const half = Math.ceil(DATABASE_POOL_SIZE / 2);
  return new FairShare({
    places: DATABASE_POOL_SIZE,
    perKey: [half, half],
    // As many operations as the connections of one tenant may have: after a restart, all clients come back at once.
    waiting: 100_000,
    waitingPerKey: 50_000,
    waitMs: DATABASE_CONNECTION_TIMEOUT_MS,
    refusal:
      "Too many requests of this tenant are waiting for the check of their credentials; try again shortly",
  });
}

/** Two connections are reserved for sign-ins and for checking each request's session. */
export function sharedConnections({ DATABASE_POOL_SIZE, DATABASE_CONNECTION_TIMEOUT_MS }: Config): FairShare {
  const places = Math.max(1, DATABASE_POOL_SIZE - 2);
  const share = (part: number) => Math.max(1, Math.floor(places * part));
  return new FairShare({
    places,
    perKey: [share(2 / 3), share(1 / 2)],
    waiting: 5_000,
    waitingPerKey: 1_000,
    waitMs: DATABASE_CONNECTION_TIMEOUT_MS,
    refusal: "Too many requests of this tenant or session are waiting for the database; try again shortly",
  });
}
