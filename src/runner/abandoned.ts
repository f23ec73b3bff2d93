import type { ClaimedTurn } from "./claimed_turn.ts";
import type { TurnResult } from "./turn_result.ts";

/**
 * The result of a turn that the database refused: its events are removed, its runs fail with the reason, and no message is
 * sent. The turn is not retried, and the next message can start a new run.
 */
export function abandoned(result: TurnResult, reason: string): TurnResult {
  return {
    eventIds: result.eventIds,
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
    replies: [],
    timers: result.contexts.map(({ id }) => ({ context_id: id, run_at: null })),
    calls: [],
    handoffs: [],
    contactChanges: [],
    activity: [],
    bursts: [],
    holds: [],
    setAsides: [],
  };
}

/** The result if that is refused too, or the turn has no result: the run as it was before the turn, ended. */
export function givenUp(turn: ClaimedTurn, reason: string): TurnResult {
  return abandoned(
    {
      eventIds: turn.events.map(({ id }) => id),
      contexts: turn.context ? [turn.context] : [],
      replies: [],
      timers: [],
      calls: [],
      handoffs: [],
      contactChanges: [],
      activity: [],
      bursts: [],
      holds: [],
      setAsides: [],
    },
    reason,
  );
}

/** The result of a turn whose events ended several processes: the events are set aside and not retried; the run fails. */
export function setAside(turn: ClaimedTurn, reason: string): TurnResult {
  const setAsides = turn.events.map(({ id }) => ({ event_id: id, reason }));
  return { ...givenUp(turn, reason), eventIds: [], setAsides };
}
