import type pg from "pg";
import type { Log } from "../log.ts";
import { metrics } from "../metrics.ts";
import type { GraphClient } from "../whatsapp/graph_client.ts";
import { sendMessage } from "../whatsapp/send_message.ts";
import type { Outcome } from "../whatsapp/wire.ts";
import type { ChannelAccess } from "./channel_access.ts";
import type { ClaimedMessage } from "./claimed_message.ts";
import { type ChannelConsequence, type OutcomeRow, outcomeRow } from "./outcome_row.ts";

export type Sender = {
  /**
   * Sends all that is due, and what becomes due meanwhile or within a moment; resolves when nothing is. Called while
   * it runs, it only makes sure that the run looks again.
   */
  drain(): Promise<void>;
  /** Takes nothing more, and waits for what is under way to be recorded. */
  stop(): Promise<void>;
};

export type SenderOptions = { pool: pg.Pool; graph: GraphClient; access: ChannelAccess; log: Log };

/** Messages under way at once. Of a conversation there is never more than one. */
const CONCURRENCY = 64;
/** Longer than the client's own patience: whoever holds a lease either records an outcome in time, or is dead. */
const LEASE = "60 seconds";
/** A pause shorter than this is sat out; a longer one is left to a job. */
const SHORT_MS = 1_000;

type Recorded = { row: OutcomeRow; consequence: ChannelConsequence; channelId: string };

/** Empties the outbox: claims what is due, posts it, and records what came of it, as sets. */
export function createSender({ pool, graph, access, log }: SenderOptions): Sender {
  const done: Recorded[] = [];
  let underWay = 0;
  let isStopping = false;
  let mayHaveMore = false;
  let wake: () => void = () => {};
  let running: Promise<void> | null = null;

  async function run(): Promise<void> {
    for (;;) {
      if (done.length > 0) await record(done.splice(0));
      if (mayHaveMore && !isStopping && underWay < CONCURRENCY) await claim();
      if (done.length > 0 || (mayHaveMore && !isStopping && underWay < CONCURRENCY)) continue;
      if (underWay === 0) {
        if (isStopping || !(await hasMoreSoon())) return;
        continue;
      }
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  }

  async function claim(): Promise<void> {
    mayHaveMore = false;
    const { rows } = await pool.query<ClaimedMessage>({
      name: "claim_outbox",
      text: "select * from app_private.claim_outbox($1, $2)",
      values: [CONCURRENCY - underWay, LEASE],
    });
    for (const message of rows) {
      underWay += 1;
      void post(message).then((outcome) => {
        underWay -= 1;
        metrics.sends.inc({ outcome: outcome.kind });
        done.push({ ...outcomeRow(message, outcome, Date.now()), channelId: message.channel_id });
        wake();
      });
    }
  }

  /** Never rejects. */
  async function post(message: ClaimedMessage): Promise<Outcome> {
    try {
      const channel = await access(message.channel_id);
      if (channel === null)
        return {
          kind: "channel_stopped",
          code: null,
          title: "the channel has no access token",
          details: null,
        };
      const measured = metrics.sendSeconds.startTimer();
      const outcome = await sendMessage(graph, channel, {
        id: message.message_id,
        type: message.type,
        content: message.content,
        to: { phone: message.phone, bsuid: message.bsuid },
        replyToProviderMessageId: message.reply_to_provider_message_id,
      });
      measured();
      return outcome;
    } catch (error) {
      // Nothing was posted: the secrets could not be read or opened.
      log.error({ messageId: message.message_id, err: error }, "a message could not be prepared for sending");
      return { kind: "unavailable", reason: "prepare" };
    }
  }

  /** What happened is not forgotten because the database is away: the leases give it a minute to come back. */
  async function record(outcomes: readonly Recorded[]): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await pool.query({
          name: "record_outcomes",
          text: "select app_private.record_outcomes($1)",
          values: [JSON.stringify(outcomes.map(({ row }) => row))],
        });
        break;
      } catch (error) {
        if (attempt >= 20) throw error;
        log.warn({ err: error, attempt }, "outcomes of sends could not be recorded; trying again");
        await delay(Math.min(100 * 2 ** attempt, 3_000));
      }
    }
    mayHaveMore = true;
    await applyConsequences(outcomes);
  }

  async function applyConsequences(outcomes: readonly Recorded[]): Promise<void> {
    for (const { consequence, channelId } of outcomes) {
      if (consequence.kind === "pause") {
        await pool.query("select app_private.pause_channel($1, $2)", [channelId, consequence.until]);
      } else if (consequence.kind === "stop") {
        log.error(
          { channelId, reason: consequence.reason },
          "the provider refuses this channel: it is stopped",
        );
        await pool.query("select app_private.stop_channel($1, $2)", [channelId, consequence.reason]);
      }
    }
  }

  /** Waits for what is due in a moment, and leaves a job for what is due later. */
  async function hasMoreSoon(): Promise<boolean> {
    const { rows } = await pool.query("select app_private.next_send_in($1) as wait_ms", [SHORT_MS]);
    const wait = rows[0].wait_ms;
    if (wait === null) return mayHaveMore;
    await delay(wait);
    mayHaveMore = true;
    return true;
  }

  return {
    drain() {
      mayHaveMore = true;
      wake();
      running ??= run().finally(() => {
        running = null;
      });
      return running;
    },
    async stop() {
      isStopping = true;
      wake();
      await running?.catch(() => {});
    },
  };
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
