import type pg from "pg";
import { ParleyError } from "../../base/errors.ts";
import type { FairShare } from "../../base/fair_share.ts";
import type { WalPositions } from "../../database/wal_positions.ts";

type Parts = {
  /** Connections as the authenticator, to a standby. */
  pool: pg.Pool;
  connections: FairShare;
  positions: Pick<WalPositions, "leastWithin">;
  maxLagMs: number;
};

/** After a failure, so that not every query waits for a standby that is down. */
const AVOIDED_MS = 2_000;

const SEEN = {
  name: "seen by replica",
  text: `select pg_catalog.pg_last_wal_replay_lsn() - '0/0' as position,
    app_hidden.current_tenant_id() is not null as is_member`,
};

/** The standby of DATABASE_READ_URL, for queries with `@replica`. */
export class Replica {
  readonly pool: pg.Pool;
  readonly connections: FairShare;
  readonly #positions: Parts["positions"];
  readonly #maxLagMs: number;
  #avoidedUntil = 0;

  constructor({ pool, connections, positions, maxLagMs }: Parts) {
    this.pool = pool;
    this.connections = connections;
    this.#positions = positions;
    this.#maxLagMs = maxLagMs;
  }

  get isAvoided(): boolean {
    return performance.now() < this.#avoidedUntil;
  }

  /** A query has failed there. */
  avoid(): void {
    this.#avoidedUntil = performance.now() + AVOIDED_MS;
  }

  /**
   * Refuses what a transaction would read if the standby lags too much, or does not know the caller's session or API key
   * yet. Asked in the transaction itself, because the address may lead to several standbys.
   *
   * @throws ParleyError PYUNA
   */
  async requireFresh(client: Pick<pg.ClientBase, "query">, isAnonymous: boolean): Promise<void> {
    const least = this.#positions.leastWithin(this.#maxLagMs);
    const { rows } = await client.query<{ position: string | null; is_member: boolean }>(SEEN);
    const { position, is_member } = rows[0]!;
    if (least === undefined || position === null || BigInt(position) < least)
      throw new ParleyError("PYUNA", "The replica is too far behind, or not a standby");
    if (!isAnonymous && !is_member)
      throw new ParleyError("PYUNA", "The replica does not have the session or API key yet");
  }
}
