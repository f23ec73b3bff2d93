import { randomUUID } from "node:crypto";
import type pg from "pg";
import { isPassing } from "../base/database_error.ts";
import type { Log } from "../base/log.ts";
import { metrics } from "../base/metrics.ts";
import { trace } from "../base/trace.ts";
import type { Outcome } from "../channels/outcome.ts";
import type { Db } from "../database/db.ts";
import type { Pipeline } from "../database/pipeline.ts";
import { ChannelLoad } from "./channel_load.ts";
import type { ClaimedMessage } from "./claimed_message.ts";
import type { OutboundChannels } from "./outbound_channels.ts";
import { outcomeRow } from "./outcome_row.ts";
import { postMessage } from "./post_message.ts";
import { type Recorded, Recorder } from "./recorder.ts";
import { Sleeper } from "./sleeper.ts";
import { traceSends } from "./trace_sends.ts";

type SenderOptions = { pool: pg.Pool; channels: OutboundChannels; log: Log };

/** Limits of messages in progress, of all channels and of one. A conversation never has more than one. */
const CONCURRENCY = 256;
const CHANNEL_CONCURRENCY = 64;
/** Longer than the HTTP client's timeout: a holder that records no outcome within its lease must have ended. */
const LEASE_SECONDS = 60;
/** The sender waits for messages that are due within this time; later ones are left to a job. */
const SHORT_MS = 1_000;
/** How often to claim while messages are in progress: no event reports the end of a pause or of a send rate's interval. */
const POLL_MS = 100;
/** The backoff when the database is not available. */
const BACKOFF_MS = 500;

/**
 * Empties the outbox: claims what is due, posts it, and records the outcomes, as sets. A step records and claims in one
 * round trip:
 *
 *     claim_outbox → posts …  → record_outcomes · claim_outbox → posts … → record_outcomes · claim_outbox → next_send_in
 */
export class Sender {
  readonly #pool: pg.Pool;
  readonly #channels: OutboundChannels;
  readonly #log: Log;
  readonly #recorder: Recorder;
  /** Identifies this sender in the claims of the outbox. */
  readonly #id = randomUUID();
  readonly #load = new ChannelLoad(CHANNEL_CONCURRENCY);
  readonly #sleeper = new Sleeper();
  readonly #underWay = new Map<string, { message: ClaimedMessage; postedAt: number }>();
  #unrecorded: Recorded[] = [];
  #mayHaveMore = false;
  /** Whether a claim failed that the database may have committed, so that the claimed messages are not known. */
  #hasLostClaim = false;
  #isStopping = false;
  #running: Promise<void> | null = null;

  constructor({ pool, channels, log }: SenderOptions) {
    this.#pool = pool;
    this.#channels = channels;
    this.#log = log;
    this.#recorder = new Recorder(pool, log);
  }

  /**
   * Sends all messages that are due or become due within a moment; resolves when there are none. A call during a run makes
   * the run claim again and resolves immediately.
   */
  drain(): Promise<void> {
    this.#mayHaveMore = true;
    this.#sleeper.wake();
    if (this.#running !== null || this.#isStopping) return Promise.resolve();
    return this.#start(this.#pool);
  }

  /**
   * Sends what a transaction has put into the outbox. If no run is in progress, the first claim of one shares the round
   * trip of the commit; if one is, its own claim may come too early, so that it claims again after the commit.
   */
  drainAfterCommit(pipeline: Pipeline): void {
    pipeline.afterCommit((client) => {
      // After a lost claim other statements come first. By then the connection may belong to another transaction.
      if (this.#running !== null || this.#isStopping || this.#hasLostClaim) {
        pipeline.onCommitted(() => this.#logFailure(this.drain()));
      } else {
        this.#mayHaveMore = true;
        this.#logFailure(this.#start(client));
      }
    });
  }

  /** Stops claiming and waits for messages in progress. A message without a response in time becomes uncertain. */
  async stop(withinMs: number): Promise<void> {
    this.#isStopping = true;
    this.#sleeper.wake();
    const timer = setTimeout(() => {
      for (const { message } of [...this.#underWay.values()])
        this.#finish(message, {
          kind: "uncertain",
          code: null,
          reason: "the program stopped before the answer",
        });
      this.#recorder.hurry();
    }, withinMs);
    await this.#running?.catch((err: unknown) =>
      this.#log.warn({ err }, "the sender failed while it stopped"),
    );
    clearTimeout(timer);
  }

  #start(db: Db): Promise<void> {
    this.#running = this.#run(db);
    return this.#running;
  }

  #logFailure(run: Promise<void>): void {
    run.catch((err: unknown) => this.#log.warn({ err }, "outbox drain failed; will retry"));
  }

  /**
   * A run without messages in progress or outcomes to record may fail: the job's retry starts another.
   *
   * @param db receives the first claim, within the current turn of the event loop
   */
  async #run(db: Db): Promise<void> {
    for (let claimsOn = db; ; claimsOn = this.#pool) {
      try {
        await this.#step(claimsOn);
      } catch (error) {
        if (this.#isIdle() && (this.#isStopping || !isPassing(error))) {
          this.#running = null;
          throw error;
        }
        this.#log.warn({ err: error }, "the sender failed to reach the database; trying again");
        await this.#sleeper.sleep(BACKOFF_MS);
        this.#mayHaveMore = true;
      }
      // Nothing may come between this check and the end: a drain() from here on starts a new run.
      if (this.#isIdle() && (this.#isStopping || !this.#mayHaveMore)) {
        this.#running = null;
        return;
      }
    }
  }

  #isIdle(): boolean {
    return this.#underWay.size === 0 && this.#unrecorded.length === 0;
  }

  #mayClaim(): boolean {
    return this.#mayHaveMore && !this.#isStopping && this.#underWay.size < CONCURRENCY;
  }

  /** Records outcomes, claims messages, and waits for the next event. */
  async #step(db: Db): Promise<void> {
    if (this.#unrecorded.length > 0) await this.#recordAndClaim();
    else if (this.#mayClaim()) await this.#claim(db);
    if (this.#unrecorded.length > 0 || this.#mayClaim()) return;
    if (this.#underWay.size > 0) {
      await this.#sleeper.sleep(POLL_MS);
      this.#mayHaveMore = true;
    } else if (!this.#isStopping) {
      const waitMs = await this.#nextDueInMs();
      if (waitMs === null || this.#mayHaveMore) return;
      await this.#sleeper.sleep(waitMs);
      this.#mayHaveMore = true;
    }
  }

  /** Records and claims in one round trip: when an outcome is recorded, the next message of its conversation becomes due. */
  async #recordAndClaim(): Promise<void> {
    const outcomes = this.#unrecorded;
    this.#unrecorded = [];
    const client = await this.#pool.connect().catch(() => undefined);
    const recorded = this.#recorder.record(outcomes, client ?? this.#pool);
    this.#mayHaveMore = true;
    // A lost claim is returned except for the messages we know of, and these outcomes are in no list now: not yet.
    const mayFollow = client !== undefined && !this.#hasLostClaim && this.#mayClaim();
    const claimed = mayFollow ? this.#claim(client) : undefined;
    const [, claiming] = await Promise.allSettled([recorded, claimed]);
    client?.release();
    await recorded;
    if (trace.isOn) this.#logTraces(outcomes);
    if (claiming.status === "rejected") throw claiming.reason;
  }

  #logTraces(outcomes: readonly Recorded[]): void {
    traceSends(this.#pool, outcomes).catch((err: unknown) =>
      this.#log.debug({ err }, "failed to trace sends"),
    );
  }

  async #claim(db: Db): Promise<void> {
    this.#mayHaveMore = false;
    if (this.#hasLostClaim) await this.#returnLostClaim();
    this.#hasLostClaim = true;
    const { rows } = await db.query<ClaimedMessage>({
      name: "claim_outbox",
      text: "select * from app_private.claim_outbox($1, make_interval(secs => $2), $3, $4, $5)",
      values: [
        CONCURRENCY - this.#underWay.size,
        LEASE_SECONDS,
        this.#load.share,
        this.#load.busy(),
        this.#id,
      ],
    });
    this.#hasLostClaim = false;
    for (const message of rows) this.#post(message);
  }

  /** Returns messages that were claimed but not sent, so that they need not wait for the end of the lease. */
  async #returnLostClaim(): Promise<void> {
    const known = [...this.#underWay.keys(), ...this.#unrecorded.map(({ row }) => row.message_id)];
    await this.#pool.query("select app_private.release_claims($1, $2)", [this.#id, known]);
    this.#hasLostClaim = false;
  }

  #post(message: ClaimedMessage): void {
    const postedAt = performance.now();
    this.#underWay.set(message.message_id, { message, postedAt });
    this.#load.add(message.channel_id);
    void postMessage(message, {
      channels: this.#channels,
      log: this.#log,
      postBefore: postedAt + (LEASE_SECONDS * 1000) / 2,
    }).then((outcome) => this.#finish(message, outcome));
  }

  #finish(message: ClaimedMessage, outcome: Outcome): void {
    const posted = this.#underWay.get(message.message_id);
    // The sender was stopped and has already recorded the message as uncertain.
    if (posted === undefined) return;
    this.#underWay.delete(message.message_id);
    this.#load.remove(message.channel_id);
    metrics.sends.inc({ outcome: outcome.kind });
    // When the sender stops, missing responses are not the provider's fault.
    const cooldownMs = this.#isStopping ? 0 : this.#load.cooldownMsAfter(message.channel_id, outcome.kind);
    this.#unrecorded.push({
      ...outcomeRow(message, outcome),
      channelId: message.channel_id,
      postedAt: posted.postedAt,
      answeredAt: performance.now(),
      ...(cooldownMs > 0 && { consequence: { kind: "cooldown" as const, forMs: cooldownMs } }),
    });
    this.#sleeper.wake();
  }

  /** Milliseconds until the next message is due, if that is soon; otherwise null, and a job is scheduled. */
  async #nextDueInMs(): Promise<number | null> {
    const { rows } = await this.#pool.query({
      name: "next_send_in",
      text: "select app_private.next_send_in($1) as wait_ms",
      values: [SHORT_MS],
    });
    return rows[0].wait_ms;
  }
}
