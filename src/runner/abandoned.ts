import type { ClaimedTurn } from "./claimed_turn.ts";
import { nothing, type TurnResult } from "./turn_result.ts";

/**
 * The result of a turn that the database refused: its events are removed, its runs fail with the reason, and no message is
 * sent. The turn is not retried, and the next message can start a new run.
 */
export function abandoned(result: TurnResult, reason: string): TurnResult {
  return {
    ...nothing(result.eventIds),
    contexts: result.contexts.map((context) =>
      context.status === "running" || context.status === "waiting"
        ? {
            ...context,
            status: "failed",
            outcome: "failed",
            completion_reason: reason,
            waiting: null,
            expires_at: null,
          }
        : context,
    ),
    timers: result.contexts.map(({ id }) => ({ context_id: id, run_at: null })),
  };
}

/** The result if that is refused too, or the turn has no result: the run as it was before the turn, ended. */
export function givenUp(turn: ClaimedTurn, reason: string): TurnResult {
  const eventIds = turn.events.map(({ id }) => id);
  return abandoned({ ...nothing(eventIds), contexts: turn.context ? [turn.context] : [] }, reason);
}

/** The result of a turn whose events ended several processes: the events are set aside and not retried; the run fails. */
export function setAside(turn: ClaimedTurn, reason: string): TurnResult {
  const setAsides = turn.events.map(({ id }) => ({ event_id: id, reason }));
  return { ...givenUp(turn, reason), eventIds: [], setAsides };
}
