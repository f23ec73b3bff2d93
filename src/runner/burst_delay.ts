import type { ClaimedTurn } from "./claimed_turn.ts";

/** However fast somebody types: they are answered after this many times the pause that is waited for. */
const PATIENCE = 5;

/**
 * How many milliseconds a turn waits for more messages; 0: it is played now. Only texts gather: a tap, a picture, or
 * anything else that happens ends the waiting.
 */
export function burstDelay(turn: ClaimedTurn, debounceMs: number): number {
  const last = turn.events.at(-1);
  const [first] = turn.events;
  if (debounceMs <= 0 || turn.is_silent || first === undefined || last === undefined) return 0;
  if (!turn.events.every(({ kind, type }) => kind === "message" && type === "text")) return 0;
  if (first.age_ms >= PATIENCE * debounceMs) return 0;
  return Math.max(Math.ceil(debounceMs - last.age_ms), 0);
}
