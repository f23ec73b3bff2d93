import { setTimeout as delay } from "node:timers/promises";
import type pg from "pg";
import { sqlState } from "../base/database_error.ts";
import type { Log } from "../base/log.ts";
import { metrics } from "../base/metrics.ts";
import { uuidV7 } from "../base/uuid_v7.ts";
import { inTransaction, type Pipeline } from "../database/pipeline.ts";
import type { KeyRing } from "../secrets/key_ring.ts";
import { abandoned, givenUp } from "./abandoned.ts";
import { BatchPlayer } from "./batch_player.ts";
import { saveTurns } from "./save_turns.ts";
import type { TurnResult } from "./turn_result.ts";

type TurnTakerOptions = {
  pool: pg.Pool;
  keyRing: KeyRing;
  /** The address that callback addresses begin with. */
  publicUrl: string;
  /** Sends what the turns of a transaction say: it is in the outbox with their commit, and no job announces it. */
  sendReplies: (pipeline: Pipeline) => void;
  log: Log;
};

/** Conversations of one transaction: enough to share its commit, few enough to hold their locks briefly. */
const BATCH = 32;
/** How often a conversation that another transaction has locked is tried again, and how many times. */
const RETRY_MS = 15;
const RETRIES = 100;

/**
 * The chatbots' shell: locks conversations, plays their turns through the pure engine, and saves the results in the same
 * transaction. A turn happens once: its events leave in that transaction, or stay. A batch takes two round trips:
 *
 *     begin · claim_chatbot_turns → plays … → save_chatbot_turns · commit · what sendReplies() asks
 */
export class TurnTaker {
  readonly #pool: pg.Pool;
  readonly #sendReplies: (pipeline: Pipeline) => void;
  readonly #log: Log;
  readonly #player: BatchPlayer;
  /** This taker's, in the database's notes of who plays what. */
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
   * Takes the turns of all conversations in which something waits for a chatbot; resolves when none is left. Called during
   * a run, it makes the run look again and resolves at once: one waiting caller is enough.
   */
  drain(): Promise<void> {
    this.#isWanted = true;
    if (this.#running !== null || this.#isStopping) return Promise.resolve();
    this.#running = this.#run();
    return this.#running;
  }

  /** Takes nothing more; resolves when the turns under way are saved. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#running?.catch((err: unknown) => this.#log.warn({ err }, "failed to take the last turns"));
  }

  async #run(): Promise<void> {
    try {
      for (let retry = 0; retry < RETRIES; retry += 1) {
        if (await this.#takeAvailable()) retry = 0;
        if (this.#isStopping) return;
        // What is left is locked by another transaction: a webhook's next message, an agent's change, another worker.
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

  /** Takes batches until none is left or what is left is locked; returns whether there was any turn. */
  async #takeAvailable(): Promise<boolean> {
    let hasTaken = false;
    do {
      this.#isWanted = false;
      // A batch that was not full has seen all there was.
      for (let taken = BATCH; taken === BATCH && !this.#isStopping; ) {
        taken = await this.#takeBatch();
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

  /** The holder of a lock does not report its end. */
  async #leaveToJob(): Promise<void> {
    await this.#pool.query("select app_private.wake_later('advance_chatbots', now() + interval '1 second')");
  }

  /** Returns how many turns there were. */
  async #takeBatch(): Promise<number> {
    try {
      return await this.#take(async (pipeline) => {
        const results = (await this.#player.play(pipeline.client, BATCH)).map(({ result }) => result);
        if (results.length > 0) pipeline.last(saveTurns(pipeline.client, results, this.#id));
        return results;
      });
    } catch (error) {
      // The victim of a deadlock tries again, after a moment.
      if (sqlState(error)?.startsWith("40")) {
        await delay(RETRY_MS);
        return BATCH;
      }
      if (!isRefusal(error)) throw error;
      return this.#takeOneByOne();
    }
  }

  /** Some turn of a batch cannot be saved: by itself, it does not hold up the others. */
  async #takeOneByOne(): Promise<number> {
    let taken = 0;
    while (taken < BATCH && (await this.#take((pipeline) => this.#playOne(pipeline.client))) > 0) taken += 1;
    return taken;
  }

  /** Plays and saves turns in one transaction, and has their replies sent. Returns how many there were. */
  #take(work: (pipeline: Pipeline) => Promise<TurnResult[]>): Promise<number> {
    return inTransaction(this.#pool, async (_client, pipeline) => {
      const results = await work(pipeline);
      for (const { contexts } of results)
        for (const { status } of contexts) metrics.chatbotTurns.inc({ status });
      if (results.length > 0) this.#sendReplies(pipeline);
      return results.length;
    });
  }

  /** If the database refuses what the turn wants, its run ends; if it refuses that too, only its events are taken. */
  async #playOne(client: pg.PoolClient): Promise<TurnResult[]> {
    const [played] = await this.#player.play(client, 1);
    if (played === undefined) return [];
    const refusal = await this.#trySaving(client, played.result);
    if (refusal === null) return [played.result];
    const code = sqlState(refusal);
    this.#log.warn(
      { code, contexts: played.result.contexts.map(({ id }) => id) },
      "chatbot turn was refused; its run ends",
    );
    const reason = `send_failed: ${code}`;
    const ended = abandoned(played.result, reason);
    if ((await this.#trySaving(client, ended)) === null) return [ended];
    const minimal = givenUp(played.turn, reason);
    await saveTurns(client, [minimal], this.#id);
    return [minimal];
  }

  /** Saves a result; if the database refuses it, nothing has happened and the error is returned. */
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

/** The database does not accept the result: a rule of ours (PY), a value out of range, a broken constraint. */
function isRefusal(error: unknown): boolean {
  return /^(PY|22|23)/.test(sqlState(error) ?? "");
}
