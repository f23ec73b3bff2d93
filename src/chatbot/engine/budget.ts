/** Is the time that a turn may take used up? The clock is the shell's, so that the engine stays pure. */
export type Budget = () => boolean;

/** For graphs of the program's own. */
export const NO_BUDGET: Budget = () => false;

/** Thrown by what takes too long; `advance` ends the run with it. */
export class TurnTooLong extends Error {}

/** Asked by everything that a graph or its data may repeat: steps, conditions, placeholders, options, rules. */
export function check(isSpent: Budget): void {
  if (isSpent()) throw new TurnTooLong("the turn's time is used up");
}
