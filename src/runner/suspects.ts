import type { ClaimedTurn } from "./claimed_turn.ts";

/** After so many processes have ended over an event it is set aside. */
export const MOST_TRIES = 3;

/**
 * The turns to play together. An event that was being played when a process ended is a suspect: its conversation is
 * played by itself, one event at a time, so that an innocent one is cleared by its success, and the guilty one harms no
 * other. Of several, the one with the fewest tries comes first.
 *
 * @param isForSuspects whether a suspect's turn has come although others wait
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

/** Of the event that is next: the oldest of its conversation. */
export function triesOf({ events }: ClaimedTurn): number {
  return events[0]?.tries ?? 0;
}
