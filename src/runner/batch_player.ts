import type pg from "pg";
import { textField } from "../base/json/fields.ts";
import type { Log } from "../base/log.ts";
import { uuidV7 } from "../base/uuid_v7.ts";
import { TurnTooLong } from "../chatbot/engine/budget.ts";
import { callbackAddress } from "../integrations/callback_address.ts";
import type { KeyRing } from "../secrets/key_ring.ts";
import { givenUp, setAside } from "./abandoned.ts";
import type { TimedTurn } from "./claimed_turn.ts";
import { playTurn } from "./play_turn.ts";
import { interruptingVersion, isSignalOfAny, startedVersion } from "./started_version.ts";
import { chooseTurns, MOST_TRIES, triesOf } from "./suspects.ts";
import { turnBudget } from "./turn_budget.ts";
import type { TurnResult } from "./turn_result.ts";
import { VersionStore } from "./version_store.ts";

/** A turn that was played, and its result. */
export type Played = { turn: TimedTurn; result: TurnResult };

type BatchPlayerOptions = {
  /** For statements that are committed before the turns are played. */
  pool: pg.Pool;
  keyRing: KeyRing;
  publicUrl: string;
  log: Log;
  takerId: string;
};

/** A batch is saved after this time, even if turns are left. */
const BATCH_MS = 500;

/** Claims turns and plays them. A turn that cannot be played ends its own run and does not affect the others. */
export class BatchPlayer {
  readonly #options: BatchPlayerOptions;
  readonly #versions = new VersionStore();
  /** Whether other turns were played while a suspect waited, so that the suspect is next. */
  #isForSuspects = false;

  constructor(options: BatchPlayerOptions) {
    this.#options = options;
  }

  /** Claims up to `size` turns in the client's transaction; returns those that were played. */
  async play(client: pg.PoolClient, size: number): Promise<Played[]> {
    const turns = await this.#claim(client, size);
    const versionIds = turns.flatMap(versionIdsOf);
    await Promise.all([this.#note(turns), this.#versions.load(client, versionIds)]);
    await this.#versions.loadForms(client, versionIds);
    const end = performance.now() + BATCH_MS;
    const played: Played[] = [];
    for (const turn of turns) {
      // The remaining turns are claimed again later, so that slow turns do not keep them locked.
      if (played.length > 0 && performance.now() > end) break;
      played.push({ turn, result: this.#playSafely(turn) });
    }
    return played;
  }

  async #claim(client: pg.PoolClient, size: number): Promise<TimedTurn[]> {
    const { rows } = await client.query<TimedTurn>({
      name: "claim_chatbot_turns",
      text: "select *, clock_timestamp() as now from app_private.claim_chatbot_turns($1, $2)",
      values: [size, this.#options.takerId],
    });
    const { turns, areSuspectsLeft } = chooseTurns(rows, this.#isForSuspects);
    this.#isForSuspects = areSuspectsLeft && !this.#isForSuspects;
    return turns;
  }

  /** Records on another connection that these events are being played: if the process ends now, they are suspects. */
  async #note(turns: readonly TimedTurn[]): Promise<void> {
    const ids = turns.flatMap(({ events }) => events.map(({ id }) => id));
    if (ids.length === 0) return;
    await this.#options.pool.query({
      name: "begin_chatbot_turns",
      text: "select app_private.begin_chatbot_turns($1, $2)",
      values: [this.#options.takerId, ids],
    });
  }

  #playSafely(turn: TimedTurn): TurnResult {
    const { log } = this.#options;
    if (triesOf(turn) >= MOST_TRIES) {
      const [event] = turn.events;
      log.error(
        { conversationId: turn.conversation_id, eventId: event?.id, code: "PYTRN" },
        "chatbot event set aside: three processes ended while playing it",
      );
      return setAside(turn, "turn_abandoned: PYTRN");
    }
    try {
      return this.#play(turn);
    } catch (error) {
      log.error({ err: error, conversationId: turn.conversation_id }, "failed to play a chatbot's turn");
      return givenUp(turn, error instanceof TurnTooLong ? "turn_too_long: PYTRN" : "engine_error");
    }
  }

  #play(turn: TimedTurn): TurnResult {
    const { publicUrl, keyRing } = this.#options;
    return playTurn(turn, {
      version: (id) => this.#versions.get(id),
      startedVersion,
      interruptingVersion,
      isSignal: isSignalOfAny,
      callbackAddress: (runId) => callbackAddress(publicUrl, runId, keyRing),
      newRunId: uuidV7,
      now: turn.now.toISOString(),
      budget: turnBudget(),
    });
  }
}

/** The ids of versions that the turns may need: of active and previous runs, of candidates, and those named by events. */
function versionIdsOf({ context, previous, candidate_version_ids, events }: TimedTurn): string[] {
  return [
    ...(context ? [context.version_id] : []),
    ...(previous ? [previous.version_id] : []),
    ...(candidate_version_ids ?? []),
    ...events.flatMap(({ payload }) => textField(payload, "versionId") || []),
  ];
}
