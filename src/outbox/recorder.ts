import type pg from "pg";
import { isPassing } from "../base/database_error.ts";
import type { Log } from "../base/log.ts";
import { createAlarm } from "./alarm.ts";
import type { ChannelConsequence, OutcomeRow } from "./outcome_row.ts";

/** What came of a message that was under way. */
export type Recorded = {
  row: OutcomeRow;
  consequence: ChannelConsequence;
  channelId: string;
  /** By performance.now(). */
  postedAt: number;
};

export type Recorder = {
  /**
   * Records outcomes as a set, by a query that is sent to `db` before this returns. What happened is not forgotten
   * because the database is away: tries until it is back. An outcome that the database refuses is logged and left to
   * its lease, alone.
   */
  record(outcomes: readonly Recorded[], db: Pick<pg.ClientBase, "query">): Promise<void>;
  /** From now on a try that fails is the last. */
  hurry(): void;
};

const LONGEST_PAUSE_MS = 3_000;

export function createRecorder({ pool, log }: { pool: pg.Pool; log: Log }): Recorder {
  const alarm = createAlarm();
  let isHurried = false;

  async function record(outcomes: readonly Recorded[], db: Pick<pg.ClientBase, "query">): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await (attempt === 1 ? db : pool).query({
          name: "record_outcomes",
          text: "select app_private.record_outcomes($1)",
          values: [JSON.stringify(outcomes.map(({ row }) => row))],
        });
        break;
      } catch (error) {
        if (!isPassing(error)) return recordApart(outcomes, error);
        if (isHurried) throw error;
        log.warn({ err: error, attempt }, "outcomes of sends could not be recorded; trying again");
        await alarm.wait(Math.min(50 * 2 ** Math.min(attempt, 10), LONGEST_PAUSE_MS));
      }
    }
    await applyConsequences(outcomes);
  }

  async function recordApart(outcomes: readonly Recorded[], error: unknown): Promise<void> {
    if (outcomes.length === 1) {
      const { message_id: messageId, kind } = outcomes[0]!.row;
      log.error({ err: error, messageId, kind }, "an outcome of a send cannot be recorded");
      return;
    }
    const middle = outcomes.length >> 1;
    await record(outcomes.slice(0, middle), pool);
    await record(outcomes.slice(middle), pool);
  }

  /** Once for a channel, however many of its messages say the same: what was posted last says most. */
  async function applyConsequences(outcomes: readonly Recorded[]): Promise<void> {
    const applied = new Set<string>();
    for (const { consequence, channelId, postedAt } of outcomes.toSorted((a, b) => b.postedAt - a.postedAt)) {
      const key = `${consequence.kind} ${channelId}`;
      if (consequence.kind === "none" || applied.has(key)) continue;
      applied.add(key);
      if (consequence.kind === "pause") {
        await pool.query(
          "select app_private.pause_channel($1, make_interval(secs => $2), make_interval(secs => $3))",
          [channelId, consequence.forMs / 1000, (performance.now() - postedAt) / 1000],
        );
      } else if (consequence.kind === "rest") {
        log.warn({ channelId, forMs: consequence.forMs }, "the provider leaves messages unanswered");
        await pool.query("select app_private.rest_channel($1, make_interval(secs => $2))", [
          channelId,
          consequence.forMs / 1000,
        ]);
      } else {
        log.error(
          { channelId, reason: consequence.reason },
          "the provider refuses this channel: it is stopped",
        );
        await pool.query("select app_private.stop_channel($1, $2)", [channelId, consequence.reason]);
      }
    }
  }

  return {
    record,
    hurry() {
      isHurried = true;
      alarm.ring();
    },
  };
}
