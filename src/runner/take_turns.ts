import { setTimeout as delay } from "node:timers/promises";
import type pg from "pg";
import { sqlState } from "../base/database_error.ts";
import { textField } from "../base/json/fields.ts";
import type { Log } from "../base/log.ts";
import { metrics } from "../base/metrics.ts";
import { uuidV7 } from "../base/uuid_v7.ts";
import { TurnTooLong } from "../chatbot/engine/budget.ts";
import { inTransaction, type Last } from "../database/pool.ts";
import { callbackAddress } from "../integrations/callback_address.ts";
import type { KeyRing } from "../secrets/key_ring.ts";
import { abandoned, givenUp, setAside } from "./abandoned.ts";
import { isSignalOfAny, versionBegun, versionEntered } from "./begins.ts";
import type { TimedTurn } from "./claimed_turn.ts";
import { playTurn } from "./play_turn.ts";
import { saveTurns } from "./save_turns.ts";
import { chooseTurns, MOST_TRIES, triesOf } from "./suspects.ts";
import { turnBudget } from "./turn_budget.ts";
import type { TurnResult } from "./turn_result.ts";
import { createVersionStore } from "./version_store.ts";

export type TurnTaker = {
  /**
   * Takes the turns of all conversations in which something waits for a chatbot; resolves when none is left. Called
   * while it runs, it makes sure that the run looks again and resolves at once: one caller waiting is enough.
   */
  drain(): Promise<void>;
  /** Takes nothing more; resolves when the turns under way are saved. */
  stop(): Promise<void>;
};

export type TurnTakerParts = {
  pool: pg.Pool;
  keyRing: KeyRing;
  /** Where others reach us: what callback addresses begin with. */
  publicUrl: string;
  /** Whoever sends: what turns say is in the outbox with their commit, and nobody else is told. */
  sending: Sending;
  log: Log;
};

export type Sending = {
  /** Looks through the client, behind the commit that it was just asked for; false when it is looking elsewhere. */
  behind(client: pg.PoolClient): boolean;
  /** Looks after the commit. */
  after(): void;
};

/** Conversations of one transaction: enough to share its commit, few enough to hold their locks briefly. */
const BATCH = 32;
/** When a batch has been played for so long, it is saved with what it has. */
const BATCH_MS = 500;
/** How often a conversation that somebody else has locked is looked at again, and how many times. */
const RETRY_MS = 15;
const RETRIES = 100;

type Played = { turn: TimedTurn; result: TurnResult };

/**
 * The chatbots' shell: locks conversations, plays their turns through the pure engine, and saves everything that came
 * of them in the same transaction. A turn happens once: its events leave in that transaction, or stay.
 */
export function createTurnTaker({ pool, keyRing, publicUrl, sending, log }: TurnTakerParts): TurnTaker {
  const versions = createVersionStore();
  /** This process's, in the database's notes of who plays what. */
  const takerId = uuidV7();
  /** Others were played while a suspect waited: it is next. */
  let isForSuspects = false;
  let isWanted = false;
  let isStopping = false;
  let running: Promise<void> | null = null;

  async function run(): Promise<void> {
    try {
      for (let retry = 0; retry < RETRIES; retry += 1) {
        do {
          isWanted = false;
          // A batch that was not full has seen all there was.
          for (let taken = BATCH; taken === BATCH && !isStopping; ) {
            taken = await takeBatch();
            if (taken > 0) retry = 0;
          }
        } while (isWanted && !isStopping);
        if (isStopping) return;
        // What is left is locked by somebody: a webhook that stores the next message, an agent, another worker.
        const isLeft = await isAnythingLeft();
        if (isWanted) continue;
        // Nothing comes between this look and the end: whoever calls drain() after it starts anew.
        if (!isLeft) return;
        await delay(RETRY_MS);
      }
      // Whoever holds the lock so long will not wake us; a job will.
      await pool.query("select app_private.wake_later('advance_chatbots', now() + interval '1 second')");
    } finally {
      running = null;
    }
    if (isWanted) await drain();
  }

  /** Takes turns in one transaction, and has what they say sent. */
  async function takeSome(work: (client: pg.PoolClient, last: Last) => Promise<number>): Promise<number> {
    let isSent = true;
    const taken = await inTransaction(pool, work, (client, turns) => {
      if (turns > 0) isSent = sending.behind(client);
    });
    if (!isSent) sending.after();
    return taken;
  }

  /** Returns how many turns there were. */
  async function takeBatch(): Promise<number> {
    try {
      return await takeSome(async (client, last) => {
        const results = (await play(client, BATCH)).map(({ result }) => result);
        if (results.length > 0) last(saveTurns(client, results, takerId));
        return count(results);
      });
    } catch (error) {
      // The victim of a deadlock tries again, after a moment.
      if (sqlState(error)?.startsWith("40")) {
        await delay(RETRY_MS);
        return BATCH;
      }
      if (!isRefusal(error)) throw error;
      // Some turn of the batch cannot be saved. One by one, it alone pays for it.
      let taken = 0;
      while (taken < BATCH && (await takeCarefully()) > 0) taken += 1;
      return taken;
    }
  }

  async function takeCarefully(): Promise<number> {
    return takeSome(async (client) => {
      const [played] = await play(client, 1);
      if (played === undefined) return 0;
      const refused = await refusalOf(client, played.result);
      if (refused === null) return count([played.result]);
      const reason = `send_failed: ${sqlState(refused)}`;
      log.warn(
        { code: sqlState(refused), contexts: played.result.contexts.map(({ id }) => id) },
        "a chatbot's turn was refused; its run ends",
      );
      const ended = abandoned(played.result, reason);
      if ((await refusalOf(client, ended)) === null) return count([ended]);
      const minimal = givenUp(played.turn, reason);
      await saveTurns(client, [minimal], takerId);
      return count([minimal]);
    });
  }

  /** Saves a result; if the database refuses it, nothing has happened and the error is returned. */
  async function refusalOf(client: pg.PoolClient, result: TurnResult): Promise<unknown> {
    await client.query("savepoint turn");
    try {
      await saveTurns(client, [result], takerId);
      return null;
    } catch (error) {
      if (!isRefusal(error)) throw error;
      await client.query("rollback to savepoint turn");
      return error;
    }
  }

  async function play(client: pg.PoolClient, size: number): Promise<Played[]> {
    const { rows: claimed } = await client.query<TimedTurn>({
      name: "claim_chatbot_turns",
      text: "select *, clock_timestamp() as now from app_private.claim_chatbot_turns($1, $2)",
      values: [size, takerId],
    });
    const { turns, areSuspectsLeft } = chooseTurns(claimed, isForSuspects);
    isForSuspects = areSuspectsLeft && !isForSuspects;
    const versionIds = turns.flatMap(({ context, previous, candidate_version_ids, events }) => [
      ...(context ? [context.version_id] : []),
      ...(previous ? [previous.version_id] : []),
      ...(candidate_version_ids ?? []),
      ...events.flatMap(({ payload }) => textField(payload, "versionId") || []),
    ]);
    await Promise.all([note(turns), versions.load(client, versionIds)]);
    await versions.loadForms(client, versionIds);
    const end = performance.now() + BATCH_MS;
    const played: Played[] = [];
    for (const turn of turns) {
      // The others are claimed again: they do not wait, locked, for all the slow ones.
      if (played.length > 0 && performance.now() > end) break;
      played.push({ turn, result: playSafely(turn) });
    }
    return played;
  }

  /** On another connection, committed: whatever becomes of this process, it is known what it was at. */
  async function note(turns: readonly TimedTurn[]): Promise<void> {
    const ids = turns.flatMap(({ events }) => events.map(({ id }) => id));
    if (ids.length > 0)
      await pool.query({
        name: "begin_chatbot_turns",
        text: "select app_private.begin_chatbot_turns($1, $2)",
        values: [takerId, ids],
      });
  }

  /** A turn that cannot be played ends its run, visibly: it must not hold up everybody else's. */
  function playSafely(turn: TimedTurn): TurnResult {
    if (triesOf(turn) >= MOST_TRIES) {
      const [event] = turn.events;
      log.error(
        { conversationId: turn.conversation_id, eventId: event?.id, code: "PYTRN" },
        "a chatbot's event is set aside: three processes ended while they played it",
      );
      return setAside(turn, "turn_abandoned: PYTRN");
    }
    try {
      return playTurn(turn, {
        version: versions.get,
        begins: versionBegun,
        enters: versionEntered,
        isSignal: isSignalOfAny,
        callbackAddress: (runId) => callbackAddress(publicUrl, runId, keyRing),
        newRunId: uuidV7,
        now: turn.now.toISOString(),
        budget: turnBudget(),
      });
    } catch (error) {
      log.error({ err: error, conversationId: turn.conversation_id }, "a chatbot's turn cannot be played");
      return givenUp(turn, error instanceof TurnTooLong ? "turn_too_long: PYTRN" : "engine_error");
    }
  }

  async function isAnythingLeft(): Promise<boolean> {
    const { rows } = await pool.query(
      "select exists (select from app_private.chatbot_events where due_at <= clock_timestamp()) as is_left",
    );
    return rows[0].is_left;
  }

  function drain(): Promise<void> {
    isWanted = true;
    if (running !== null || isStopping) return Promise.resolve();
    running = run();
    return running;
  }

  return {
    drain,
    async stop() {
      isStopping = true;
      await running?.catch((err: unknown) => log.warn({ err }, "the last turns were not taken"));
    },
  };
}

/** How many there were; counts them. */
function count(results: readonly TurnResult[]): number {
  for (const { contexts } of results) for (const { status } of contexts) metrics.chatbotTurns.inc({ status });
  return results.length;
}

/** The database will not take what the turn wants: a rule of ours (PY), a value out of range, a broken constraint. */
function isRefusal(error: unknown): boolean {
  return /^(PY|22|23)/.test(sqlState(error) ?? "");
}
