import type { ClaimedTurn } from "./claimed_turn.ts";
import type { TurnResult } from "./turn_result.ts";

/**
 * What is left of a turn that the database refused: its events are taken and its runs end with the reason, visible;
 * nothing is said. Never stuck, never tried for ever; the next message finds a conversation that can begin anew.
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

/** The same when not even that can be saved, or nothing came of the turn: the run as it was before, ended. */
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

/** A turn whose events ended every process that played them: they are kept, and not tried again; the run fails. */
export function setAside(turn: ClaimedTurn, reason: string): TurnResult {
  const setAsides = turn.events.map(({ id }) => ({ event_id: id, reason }));
  return { ...givenUp(turn, reason), eventIds: [], setAsides };
}
