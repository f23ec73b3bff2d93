import { setImmediate as yieldToEventLoop } from "node:timers/promises";
import { ParleyError } from "../../base/errors.ts";
import type { PendingRequest, Playing, RequestResult } from "../../chatbot/simulation/simulation.ts";

/**
 * Plays for a client, and ends. Between two turns, which have a budget each, others are served, however many play.
 * @throws ParleyError PYTIM after so long, calls included
 */
export async function play<Result>(
  playing: Playing<Result>,
  answer: (call: PendingRequest) => RequestResult | Promise<RequestResult>,
  limitMs: number,
): Promise<Result> {
  const end = performance.now() + limitMs;
  let given: RequestResult | undefined;
  for (;;) {
    await waitForTurn();
    if (performance.now() > end) throw new ParleyError("PYTIM", "The chatbot was played for too long");
    const next = playing.next(given);
    if (next.done) return next.value;
    given = next.value === null ? undefined : await answer(next.value);
  }
}

/** All that play take their turns one after the other, and yield to the event loop between any two. */
let last: Promise<unknown> = Promise.resolve();

function waitForTurn(): Promise<unknown> {
  last = last.then(() => yieldToEventLoop());
  return last;
}
