import { randomUUID } from "node:crypto";
import type pg from "pg";
import { inTransaction, sqlState } from "../database.ts";
import type { Log } from "../log.ts";
import { metrics } from "../metrics.ts";
import { abandoned } from "./abandoned.ts";
import { versionBegun } from "./begins.ts";
import type { ClaimedTurn } from "./claimed_turn.ts";
import { playTurn, type TurnResult } from "./play_turn.ts";
import { saveTurns } from "./save_turns.ts";
import { createVersionStore } from "./version_store.ts";

export type TurnTaker = {
  /** Takes the turns of all conversations in which something waits for a chatbot; resolves when none is left. */
  drain(): Promise<void>;
};

/** Conversations of one transaction: enough to share its commit, few enough to hold their locks briefly. */
const BATCH = 32;
/** How often a conversation that somebody else has locked is looked at again, and how many times. */
const RETRY_MS = 15;
const RETRIES = 100;

/**
 * The chatbots' shell: locks conversations, plays their turns through the pure engine, and saves everything that came
 * of them in the same transaction. A turn happens once: its events leave in that transaction, or stay.
 */
export function createTurnTaker({ pool, log }: { pool: pg.Pool; log: Log }): TurnTaker {
  const versions = createVersionStore();

  async function drain(): Promise<void> {
    for (let retry = 0; retry < RETRIES; retry += 1) {
      while (await takeBatch()) retry = 0;
      // What is left is locked by somebody: a webhook that stores the next message, an agent, another worker.
      if (!(await isAnythingLeft())) return;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
    // Whoever holds the lock so long will not wake us; a job will.
    await pool.query(
      "select graphile_worker.add_job('advance_chatbots', run_at := now() + interval '1 second')",
    );
  }

  /** Returns whether there was anything to do. */
  async function takeBatch(): Promise<boolean> {
    try {
      return await inTransaction(pool, async (client) => {
        const results = await play(client, BATCH);
        if (results.length > 0) await saveTurns(client, results);
        return count(results);
      });
    } catch (error) {
      if (!isRefusal(error)) throw error;
      // Some turn of the batch cannot be saved. One by one, it alone pays for it.
      let isTaken = false;
      for (let taken = 0; taken < BATCH && (await takeCarefully()); taken += 1) isTaken = true;
      return isTaken;
    }
  }

  async function takeCarefully(): Promise<boolean> {
    return inTransaction(pool, async (client) => {
      const [result] = await play(client, 1);
      if (result === undefined) return false;
      await client.query("savepoint turn");
      try {
        await saveTurns(client, [result]);
        return count([result]);
      } catch (error) {
        if (!isRefusal(error)) throw error;
        await client.query("rollback to savepoint turn");
        const ended = abandoned(result, `send_failed: ${sqlState(error)}`);
        log.warn(
          { code: sqlState(error), contexts: ended.contexts.map(({ id }) => id) },
          "a chatbot's turn was refused; its run ends",
        );
        await saveTurns(client, [ended]);
        return count([ended]);
      }
    });
  }

  async function play(client: pg.PoolClient, size: number): Promise<TurnResult[]> {
    const { rows: turns } = await client.query<ClaimedTurn>({
      name: "claim_chatbot_turns",
      text: "select * from app_private.claim_chatbot_turns($1)",
      values: [size],
    });
    await versions.load(
      client,
      turns.flatMap(({ context, candidate_version_ids }) => [
        ...(context ? [context.version_id] : []),
        ...(candidate_version_ids ?? []),
      ]),
    );
    return turns.map((turn) =>
      playTurn(turn, {
        version: versions.get,
        begins: versionBegun,
        newRunId: randomUUID,
        now: new Date().toISOString(),
      }),
    );
  }

  async function isAnythingLeft(): Promise<boolean> {
    const { rows } = await pool.query("select exists (select from app_private.chatbot_events) as is_left");
    return rows[0].is_left;
  }

  return { drain };
}

/** Whether there was anything to do; counts it. */
function count(results: readonly TurnResult[]): boolean {
  for (const { contexts } of results) for (const { status } of contexts) metrics.chatbotTurns.inc({ status });
  return results.length > 0;
}

/** The database will not take what the turn wants: a rule of ours (PY), a value out of range, a broken constraint. */
function isRefusal(error: unknown): boolean {
  return /^(PY|22|23)/.test(sqlState(error) ?? "");
}
