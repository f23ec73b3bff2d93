import type { ClaimedTurn } from "./claimed_turn.ts";

/** An event is set aside after this many processes have ended while playing it. */
export const MOST_TRIES = 3;

/**
 * Selects the turns to play together. An event that was being played when a process ended is a suspect: its conversation is
 * played separately, one event at a time, so that harmless events succeed and a harmful one does not affect others. Suspects
 * with the fewest tries come first.
 *
 * @param isForSuspects whether a suspect is played before other turns
 */
export function chooseTurns<Turn extends ClaimedTurn>(
  turns: readonly Turn[],
  isForSuspects: boolean,
): { turns: Turn[]; areSuspectsLeft: boolean } {
  const [suspects, others] = [turns.filter(isSuspect), turns.filter((turn) => !isSuspect(turn))];
  const [first, ...rest] = suspects.sort((one, other) => triesOf(one) - triesOf(other));
  if (first === undefined || (others.length > 0 && !isForSuspects))
    return { turns: others, areSuspectsLeft: first !== undefined };
  return { turns: [{ ...first, events: first.events.slice(0, 1) }], areSuspectsLeft: rest.length > 0 };
}

function isSuspect({ events }: ClaimedTurn): boolean {
  return events.some(({ tries }) => tries > 0);
}

/** The tries of the conversation's next event, the oldest one. */
export function triesOf({ events }: ClaimedTurn): number {
  return events[0]?.tries ?? 0;
}
