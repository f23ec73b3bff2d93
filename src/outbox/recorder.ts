import type pg from "pg";
import { isPassing } from "../base/database_error.ts";
import type { Log } from "../base/log.ts";
import type { Db } from "../database/db.ts";
import type { ChannelConsequence, OutcomeRow } from "./outcome_row.ts";
import { Sleeper } from "./sleeper.ts";

/** The outcome of a message that was being sent. */
export type Recorded = {
  row: OutcomeRow;
  consequence: ChannelConsequence;
  channelId: string;
  /** By performance.now(), like `answeredAt`. */
  postedAt: number;
  answeredAt: number;
};

const LONGEST_BACKOFF_MS = 3_000;

/** Records outcomes of messages, and applies their consequences to the channels. */
export class Recorder {
  readonly #pool: pg.Pool;
  readonly #log: Log;
  readonly #sleeper = new Sleeper();
  #isHurried = false;

  constructor(pool: pg.Pool, log: Log) {
    this.#pool = pool;
    this.#log = log;
  }

  /**
   * Records outcomes as a set, by a query that is sent to `db` before this returns. It retries while the database is not
   * available, because outcomes must not be lost. An outcome that the database refuses is logged; only its message is then
   * left to the end of its lease.
   */
  async record(outcomes: readonly Recorded[], db: Db): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await (attempt === 1 ? db : this.#pool).query({
          name: "record_outcomes",
          text: "select app_private.record_outcomes($1)",
          values: [JSON.stringify(outcomes.map(({ row }) => row))],
        });
        break;
      } catch (error) {
        if (!isPassing(error)) return this.#recordInHalves(outcomes, error);
        if (this.#isHurried) throw error;
        this.#log.warn({ err: error, attempt }, "failed to record outcomes of sends; retrying");
        await this.#sleeper.sleep(Math.min(50 * 2 ** Math.min(attempt, 10), LONGEST_BACKOFF_MS));
      }
    }
    await this.#applyConsequences(outcomes);
  }

  /** From now on a failed attempt is not repeated. */
  hurry(): void {
    this.#isHurried = true;
    this.#sleeper.wake();
  }

  async #recordInHalves(outcomes: readonly Recorded[], error: unknown): Promise<void> {
    if (outcomes.length === 1) {
      const { message_id: messageId, kind } = outcomes[0]!.row;
      this.#log.error({ err: error, messageId, kind }, "failed to record the outcome of a send");
      return;
    }
    const middle = outcomes.length >> 1;
    await this.record(outcomes.slice(0, middle), this.#pool);
    await this.record(outcomes.slice(middle), this.#pool);
  }

  /** Applies one consequence for each channel: that of the message that was sent last. */
  async #applyConsequences(outcomes: readonly Recorded[]): Promise<void> {
    const applied = new Set<string>();
    for (const outcome of outcomes.toSorted((a, b) => b.postedAt - a.postedAt)) {
      const key = `${outcome.consequence.kind} ${outcome.channelId}`;
      if (outcome.consequence.kind === "none" || applied.has(key)) continue;
      applied.add(key);
      await this.#applyConsequence(outcome);
    }
  }

  async #applyConsequence({ consequence, channelId, postedAt }: Recorded): Promise<void> {
    switch (consequence.kind) {
      case "none":
        return;
      case "pause":
        await this.#pool.query(
          "select app_private.pause_channel($1, make_interval(secs => $2), make_interval(secs => $3))",
          [channelId, consequence.forMs / 1000, (performance.now() - postedAt) / 1000],
        );
        return;
      case "cooldown":
        this.#log.warn({ channelId, forMs: consequence.forMs }, "provider does not answer");
        await this.#pool.query("select app_private.suspend_channel($1, make_interval(secs => $2))", [
          channelId,
          consequence.forMs / 1000,
        ]);
        return;
      case "stop":
        this.#log.error(
          { channelId, reason: consequence.reason },
          "channel stopped: the provider refuses it",
        );
        await this.#pool.query("select app_private.stop_channel($1, $2)", [channelId, consequence.reason]);
        return;
      default:
        consequence satisfies never;
    }
  }
}
