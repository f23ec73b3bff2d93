import pg from "pg";
import { openThrowaway, type Throwaway } from "../../../embedded/throwaway.ts";
import { readDatabaseUrl } from "../../../src/base/database_hosts.ts";
import { createLog } from "../../../src/base/log.ts";
import { migrate } from "../../../src/database/migrate.ts";
import { DatabaseServer } from "../../support/database_server.ts";
import { freePort } from "../../support/killable_process.ts";
import { until } from "../../support/until.ts";

/** The name of the database. */
export const DATABASE = "parley";
const STANDBY = "standby";

/** A primary and its synchronous standby, on two ports that stay theirs when they change places. */
export class DatabasePair {
  primary: DatabaseServer;
  standby: DatabaseServer;
  readonly #throwaway: Throwaway;
  readonly #ports: readonly number[];

  private constructor(throwaway: Throwaway, primary: DatabaseServer, standby: DatabaseServer) {
    this.#throwaway = throwaway;
    this.primary = primary;
    this.standby = standby;
    this.#ports = [primary.port, standby.port];
  }

  static async open(): Promise<DatabasePair> {
    const log = createLog("silent");
    const settings = { max_connections: "200", wal_keep_size: "512MB" };
    const throwaway = await openThrowaway({ log, settings });
    const primary = await DatabaseServer.of(throwaway);
    await primary.query(`create database ${DATABASE}`);
    await migrate(inDatabase(primary.superuserUrl), log);
    const standby = await primary.startStandby({ name: STANDBY, port: await freePort() });
    const pair = new DatabasePair(throwaway, primary, standby);
    await pair.synchronise();
    return pair;
  }

  /** The address that names both hosts, the standby first. */
  get url(): string {
    return inDatabase(this.primary.superuserUrl).replace(/127\.0\.0\.1:\d+/, this.#hosts);
  }

  /** The same for code that does not read settings. */
  get readUrl(): string {
    return readDatabaseUrl(this.url)!;
  }

  /** Kills the primary and promotes the standby; returns how long the promotion took. */
  async failOver(): Promise<number> {
    await this.primary.kill();
    const began = performance.now();
    await this.standby.promote();
    [this.primary, this.standby] = [this.standby, this.primary];
    return performance.now() - began;
  }

  /** The old primary, whose files are of no use, comes back as a standby of the new one, at its old address. */
  async rejoin(): Promise<void> {
    const { port } = this.standby;
    this.standby = await this.primary.startStandby({ name: STANDBY, port });
    await this.synchronise();
  }

  /** From now on a commit waits for the standby. */
  async synchronise(): Promise<void> {
    await this.primary.query(`alter system set synchronous_standby_names = '${STANDBY}'`);
    await this.primary.query("select pg_reload_conf()");
    await until("synchronous replication", async () => {
      const { rows } = await this.primary.query("select sync_state from pg_stat_replication");
      return rows[0]?.sync_state === "sync";
    });
  }

  async release(): Promise<void> {
    for (const server of [this.primary, this.standby]) await server.release();
    await this.#throwaway.release();
  }

  get #hosts(): string {
    return this.#ports
      .toReversed()
      .map((port) => `127.0.0.1:${port}`)
      .join(",");
  }
}

function inDatabase(superuserUrl: string): string {
  return Object.assign(new URL(superuserUrl), { pathname: `/${DATABASE}` }).href;
}

/** A pool of the test's own, which knows nothing of several hosts: make a new one after a fail-over. */
export function poolOf(pair: DatabasePair): pg.Pool {
  const pool = new pg.Pool({ connectionString: inDatabase(pair.primary.superuserUrl), max: 5 });
  pool.on("error", () => {});
  return pool;
}
