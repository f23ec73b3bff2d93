import { randomUUID } from "node:crypto";
import type pg from "pg";
import { isPassing } from "../base/database_error.ts";
import type { Log } from "../base/log.ts";
import { metrics } from "../base/metrics.ts";
import type { Outcome } from "../channels/outcome.ts";
import { createAlarm } from "./alarm.ts";
import { createChannelLoad } from "./channel_load.ts";
import type { ClaimedMessage } from "./claimed_message.ts";
import type { OutboundChannels } from "./outbound_channels.ts";
import { outcomeRow } from "./outcome_row.ts";
import { postMessage } from "./post_message.ts";
import { createRecorder, type Recorded } from "./recorder.ts";

export type Sender = {
  /**
   * Sends all that is due, and what becomes due meanwhile or within a moment; resolves when nothing is. Called while
   * it runs, it makes sure that the run looks again and resolves at once: one caller waiting is enough.
   */
  drain(): Promise<void>;
  /**
   * Begins such a run with a look through `client`, in the round trip of what the caller has just asked of it. False
   * when one runs already: its look may come too early.
   */
  drainBehind(client: pg.PoolClient): boolean;
  /** Takes nothing more, and waits for what is under way; what then has no answer is uncertain. */
  stop(withinMs: number): Promise<void>;
};

export type SenderOptions = { pool: pg.Pool; channels: OutboundChannels; log: Log };

/** Messages under way at once, of all channels and of one. Of a conversation there is never more than one. */
const CONCURRENCY = 256;
const CHANNEL_CONCURRENCY = 64;
/** Longer than the client's own patience: whoever holds a lease either records an outcome in time, or is dead. */
const LEASE_SECONDS = 60;
/** What is due within this is waited for; what is due later is left to a job. */
const SHORT_MS = 1_000;
/** How often to look while something is under way: paces and pauses end without telling. */
const LOOK_MS = 100;
/** After the database did not answer. */
const PAUSE_MS = 500;

/** Empties the outbox: claims what is due, posts it, and records what came of it, as sets. */
export function createSender({ pool, channels, log }: SenderOptions): Sender {
  const id = randomUUID();
  const underWay = new Map<string, { message: ClaimedMessage; postedAt: number }>();
  const load = createChannelLoad(CHANNEL_CONCURRENCY);
  const recorder = createRecorder({ pool, log });
  const alarm = createAlarm();
  let done: Recorded[] = [];
  let isStopping = false;
  let mayHaveMore = false;
  /** A claim broke off: it may have been made, and nobody told us what of. */
  let hasLostClaim = false;
  let through: pg.PoolClient | undefined;
  let running: Promise<void> | null = null;

  /** While nothing is under way or unrecorded it may be given up: a job's retry comes back to it. */
  async function run(): Promise<void> {
    for (;;) {
      try {
        await turn();
      } catch (error) {
        const isIdle = underWay.size === 0 && done.length === 0;
        if (isIdle && (isStopping || !isPassing(error))) {
          running = null;
          throw error;
        }
        log.warn({ err: error }, "the sender has to wait for the database");
        await alarm.wait(PAUSE_MS);
        mayHaveMore = true;
      }
      // Nothing may come between the look and the end: whoever calls drain() now starts anew.
      if (underWay.size === 0 && done.length === 0 && (isStopping || !mayHaveMore)) {
        running = null;
        return;
      }
    }
  }

  /** Records, claims, and waits for something to happen. */
  async function turn(): Promise<void> {
    if (done.length > 0) await recordAndClaim();
    else if (mayClaim()) await claim();
    if (done.length > 0 || mayClaim()) return;
    if (underWay.size > 0) {
      await alarm.wait(LOOK_MS);
      mayHaveMore = true;
    } else if (!isStopping) {
      const wait = await nextIn();
      if (wait === null || mayHaveMore) return;
      await alarm.wait(wait);
      mayHaveMore = true;
    }
  }

  /** In one round trip: the next messages of these conversations are due then. */
  async function recordAndClaim(): Promise<void> {
    const outcomes = done;
    done = [];
    const client = await pool.connect().catch(() => undefined);
    const recorded = recorder.record(outcomes, client ?? pool);
    mayHaveMore = true;
    // What a lost claim took is given back except for what we know of: not while outcomes are neither here nor there.
    const mayFollow = client !== undefined && !hasLostClaim && mayClaim();
    if (mayFollow) through = client;
    const claimed = mayFollow ? claim() : undefined;
    const [, claiming] = await Promise.allSettled([recorded, claimed]);
    client?.release();
    await recorded;
    if (claiming.status === "rejected") throw claiming.reason;
  }

  function mayClaim(): boolean {
    return mayHaveMore && !isStopping && underWay.size < CONCURRENCY;
  }

  async function claim(): Promise<void> {
    mayHaveMore = false;
    const db = through ?? pool;
    through = undefined;
    if (hasLostClaim) await returnLostClaims();
    hasLostClaim = true;
    const { rows } = await db.query<ClaimedMessage>({
      name: "claim_outbox",
      text: "select * from app_private.claim_outbox($1, make_interval(secs => $2), $3, $4, $5)",
      values: [CONCURRENCY - underWay.size, LEASE_SECONDS, load.share, load.busy(), id],
    });
    hasLostClaim = false;
    for (const message of rows) send(message);
  }

  /** What we hold without knowing was not posted: it goes back at once instead of when its lease ends. */
  async function returnLostClaims(): Promise<void> {
    const known = [...underWay.keys(), ...done.map(({ row }) => row.message_id)];
    await pool.query("select app_private.return_claims($1, $2)", [id, known]);
    hasLostClaim = false;
  }

  function send(message: ClaimedMessage): void {
    const postedAt = performance.now();
    underWay.set(message.message_id, { message, postedAt });
    load.add(message.channel_id);
    const postBefore = postedAt + (LEASE_SECONDS * 1000) / 2;
    void postMessage(message, { channels, log, postBefore }).then((outcome) => finish(message, outcome));
  }

  function finish(message: ClaimedMessage, outcome: Outcome): void {
    const posted = underWay.get(message.message_id);
    // Given up at a stop: its outcome is recorded as unknown already.
    if (posted === undefined) return;
    underWay.delete(message.message_id);
    load.remove(message.channel_id);
    metrics.sends.inc({ outcome: outcome.kind });
    // At the stop it is we who do not wait for the answers.
    const breath = isStopping ? 0 : load.breathAfter(message.channel_id, outcome.kind);
    done.push({
      ...outcomeRow(message, outcome),
      channelId: message.channel_id,
      postedAt: posted.postedAt,
      ...(breath > 0 && { consequence: { kind: "rest" as const, forMs: breath } }),
    });
    alarm.ring();
  }

  /** Milliseconds until something is due, if that is soon; otherwise null, and a job is set for then. */
  async function nextIn(): Promise<number | null> {
    const { rows } = await pool.query({
      name: "next_send_in",
      text: "select app_private.next_send_in($1) as wait_ms",
      values: [SHORT_MS],
    });
    return rows[0].wait_ms;
  }

  function drain(): Promise<void> {
    mayHaveMore = true;
    alarm.ring();
    if (running !== null || isStopping) return Promise.resolve();
    running = run();
    return running;
  }

  return {
    drain,
    drainBehind(client) {
      // After a lost claim other questions come first, and then the client is somebody else's.
      if (running !== null || isStopping || hasLostClaim) return false;
      through = client;
      drain().catch((err: unknown) => log.warn({ err }, "sending has to wait"));
      return true;
    },
    async stop(withinMs) {
      isStopping = true;
      alarm.ring();
      const timer = setTimeout(() => {
        for (const { message } of [...underWay.values()])
          finish(message, { kind: "uncertain", code: null, reason: "the program stopped before the answer" });
        recorder.hurry();
      }, withinMs);
      await running?.catch((error: unknown) => log.warn({ err: error }, "the sender did not stop well"));
      clearTimeout(timer);
    },
  };
}
