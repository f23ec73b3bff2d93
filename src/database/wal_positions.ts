import { setTimeout as delay } from "node:timers/promises";
import type { Log } from "../base/log.ts";
import type { Db } from "./db.ts";

type Sample = { at: number; position: bigint };

const INTERVAL_MS = 500;
/** The longest lag that can be asked for. */
const KEPT_MS = 5 * 60_000;

/**
 * How far the primary had written its log at the moments of the last minutes. A standby that has replayed the position of a
 * moment shows everything that was committed until then. Unlike the age of the last replayed transaction, this does not
 * grow while nothing is written, and does grow while the standby is cut off.
 */
export class WalPositions {
  readonly #primary: Db;
  readonly #log: Log;
  readonly #closing = new AbortController();
  readonly #samples: Sample[] = [];

  constructor(primary: Db, log: Log) {
    this.#primary = primary;
    this.#log = log;
    void this.#run();
  }

  /** The least position with which a standby lags by no more than this; undefined when it is not known. */
  leastWithin(lagMs: number): bigint | undefined {
    const since = performance.now() - lagMs;
    return this.#samples.find(({ at }) => at >= since)?.position;
  }

  close(): void {
    this.#closing.abort();
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      await this.#sample().catch((error: Error) =>
        this.#log.debug({ err: error.message }, "position of the primary is not known"),
      );
      await delay(INTERVAL_MS, undefined, { signal, ref: false }).catch(() => {});
    }
  }

  async #sample(): Promise<void> {
    // Before the query: what was committed by then is certainly below the position.
    const at = performance.now();
    const { rows } = await this.#primary.query<{ position: string }>(
      "select pg_catalog.pg_current_wal_lsn() - '0/0' as position",
    );
    this.#samples.push({ at, position: BigInt(rows[0]!.position) });
    while (this.#samples[0]!.at < at - KEPT_MS) this.#samples.shift();
  }
}
