import { setTimeout as delay } from "node:timers/promises";
import type pg from "pg";
import { sqlState } from "../base/database_error.ts";
import type { Log } from "../base/log.ts";
import { metrics } from "../base/metrics.ts";
import { trace } from "../base/trace.ts";
import { uuidV7 } from "../base/uuid_v7.ts";
import { inTransaction, type Pipeline } from "../database/pipeline.ts";
import type { KeyRing } from "../secrets/key_ring.ts";
import { abandoned, givenUp } from "./abandoned.ts";
import { BatchPlayer, type Played } from "./batch_player.ts";
import { saveTurns } from "./save_turns.ts";
import { traceTurns } from "./trace_turns.ts";
import type { TurnResult } from "./turn_result.ts";

type TurnTakerOptions = {
  pool: pg.Pool;
  keyRing: KeyRing;
  /** The base of callback addresses. */
  publicUrl: string;
  /** Sends the messages of a transaction's turns: they are in the outbox after its commit, without a job. */
  sendReplies: (pipeline: Pipeline) => void;
  log: Log;
};

/** The number of conversations in a transaction: enough to share its commit, few enough to hold their locks briefly. */
const BATCH = 32;
/** How often, and how many times, a conversation that another transaction has locked is retried. */
const RETRY_MS = 15;
const RETRIES = 100;

/**
 * Runs chatbots: locks conversations, plays their turns with the pure engine, and saves the results in the same transaction.
 * Each turn is saved exactly once, because its events are deleted in that transaction. A batch takes two round trips:
 *
 *     begin · claim_chatbot_turns → plays … → save_chatbot_turns · commit · what sendReplies() asks
 */
export class TurnTaker {
  readonly #pool: pg.Pool;
  readonly #sendReplies: (pipeline: Pipeline) => void;
  readonly #log: Log;
  readonly #player: BatchPlayer;
  /** Identifies this process in the database's record of events being played. */
  readonly #id = uuidV7();
  #isWanted = false;
  #isStopping = false;
  #running: Promise<void> | null = null;

  constructor({ pool, keyRing, publicUrl, sendReplies, log }: TurnTakerOptions) {
    this.#pool = pool;
    this.#sendReplies = sendReplies;
    this.#log = log;
    this.#player = new BatchPlayer({ pool, keyRing, publicUrl, log, takerId: this.#id });
  }

  /**
   * Plays the turns of all conversations with events for a chatbot; resolves when none is left. A call during a run makes the
   * run claim again and resolves immediately.
   */
  drain(): Promise<void> {
    this.#isWanted = true;
    if (this.#running !== null || this.#isStopping) return Promise.resolve();
    this.#running = this.#run();
    return this.#running;
  }

  /** Stops claiming; resolves when the turns in progress are saved. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#running?.catch((err: unknown) => this.#log.warn({ err }, "failed to take the last turns"));
  }

  async #run(): Promise<void> {
    try {
      for (let retry = 0; retry < RETRIES; retry += 1) {
        if (await this.#playAvailable()) retry = 0;
        if (this.#isStopping) return;
        // The rest is locked by another transaction: a webhook, an agent's change, another worker.
        const isLeft = await this.#isAnythingLeft();
        if (this.#isWanted) continue;
        // Nothing may come between this check and the end: a drain() from here on starts a new run.
        if (!isLeft) return;
        await delay(RETRY_MS);
      }
      await this.#leaveToJob();
    } finally {
      this.#running = null;
    }
    if (this.#isWanted) await this.drain();
  }

  /** Plays batches until none is left or the rest is locked; returns whether any turn was played. */
  async #playAvailable(): Promise<boolean> {
    let hasTaken = false;
    do {
      this.#isWanted = false;
      // A batch that was not full contained all turns.
      for (let taken = BATCH; taken === BATCH && !this.#isStopping; ) {
        taken = await this.#playBatch();
        hasTaken ||= taken > 0;
      }
    } while (this.#isWanted && !this.#isStopping);
    return hasTaken;
  }

  async #isAnythingLeft(): Promise<boolean> {
    const { rows } = await this.#pool.query(
      "select exists (select from app_private.chatbot_events where due_at <= clock_timestamp()) as is_left",
    );
    return rows[0].is_left;
  }

  /** No event reports that a lock was released. */
  async #leaveToJob(): Promise<void> {
    await this.#pool.query("select app_private.wake_later('advance_chatbots', now() + interval '1 second')");
  }

  /** Plays one batch; returns the number of turns. */
  async #playBatch(): Promise<number> {
    try {
      return await this.#playAndSave(async (pipeline) => {
        const played = await this.#player.play(pipeline.client, BATCH);
        const results = played.map(({ result }) => result);
        if (results.length > 0) pipeline.last(saveTurns(pipeline.client, results, this.#id));
        return played;
      });
    } catch (error) {
      // The victim of a deadlock retries after a moment.
      if (sqlState(error)?.startsWith("40")) {
        await delay(RETRY_MS);
        return BATCH;
      }
      if (!isRefusal(error)) throw error;
      return this.#playSeparately();
    }
  }

  /** Plays turns separately after a batch could not be saved, so that the failing turn does not block the others. */
  async #playSeparately(): Promise<number> {
    let taken = 0;
    while (taken < BATCH && (await this.#playAndSave((pipeline) => this.#playOne(pipeline.client))) > 0)
      taken += 1;
    return taken;
  }

  /** Plays and saves turns in one transaction, then sends their messages. Returns the number of turns. */
  #playAndSave(work: (pipeline: Pipeline) => Promise<Played[]>): Promise<number> {
    return inTransaction(this.#pool, async (_client, pipeline) => {
      const beganAt = Date.now();
      const measured = metrics.chatbotTurnSeconds.startTimer();
      const played = await work(pipeline);
      for (const { result } of played)
        for (const { status } of result.contexts) metrics.chatbotTurns.inc({ status });
      if (played.length > 0) this.#sendReplies(pipeline);
      pipeline.onCommitted(() => {
        for (const _turn of played) measured();
        if (trace.isOn) this.#logTraces(played, beganAt);
      });
      return played.length;
    });
  }

  #logTraces(played: readonly Played[], beganAt: number): void {
    const turns = played.map(({ turn }) => turn);
    traceTurns(this.#pool, turns, { beganAt, endedAt: Date.now() }).catch((err: unknown) =>
      this.#log.debug({ err }, "failed to trace turns"),
    );
  }

  /** If the database refuses the result of the turn, its run fails; if it refuses that too, only the events are removed. */
  async #playOne(client: pg.PoolClient): Promise<Played[]> {
    const [played] = await this.#player.play(client, 1);
    if (played === undefined) return [];
    const refusal = await this.#trySaving(client, played.result);
    if (refusal === null) return [played];
    const code = sqlState(refusal);
    this.#log.warn(
      { code, contexts: played.result.contexts.map(({ id }) => id) },
      "chatbot turn was refused; its run ends",
    );
    const reason = `send_failed: ${code}`;
    const ended = abandoned(played.result, reason);
    if ((await this.#trySaving(client, ended)) === null) return [{ ...played, result: ended }];
    const minimal = givenUp(played.turn, reason);
    await saveTurns(client, [minimal], this.#id);
    return [{ ...played, result: minimal }];
  }

  /** Saves a result. If the database refuses it, nothing is changed and the error is returned. */
  async #trySaving(client: pg.PoolClient, result: TurnResult): Promise<unknown> {
    await client.query("savepoint turn");
    try {
      await saveTurns(client, [result], this.#id);
      return null;
    } catch (error) {
      if (!isRefusal(error)) throw error;
      await client.query("rollback to savepoint turn");
      return error;
    }
  }
}

/** Whether the database refused the result: a rule of Parley (PY), a value out of range, a violated constraint. */
function isRefusal(error: unknown): boolean {
  return /^(PY|22|23)/.test(sqlState(error) ?? "");
}
