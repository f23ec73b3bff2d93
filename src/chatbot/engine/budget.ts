/** Whether the time budget of a turn is used up. The runner supplies the clock, so that the engine stays pure. */
export type Budget = () => boolean;

/** No limit: for graphs that are part of the program. */
export const NO_BUDGET: Budget = () => false;

/** Thrown when the time budget is used up; `advance` then ends the run as failed. */
export class TurnTooLong extends Error {}

/** Called wherever a graph or its data may repeat work: steps, conditions, placeholders, options, rules. */
export function check(isSpent: Budget): void {
  if (isSpent()) throw new TurnTooLong("the turn's time is used up");
}
