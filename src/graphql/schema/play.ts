import { setImmediate as yieldToEventLoop } from "node:timers/promises";
import { ParleyError } from "../../base/errors.ts";
import type { PendingRequest, Playing, RequestResult } from "../../chatbot/simulation/simulation.ts";

/**
 * Plays a chatbot for a client within a time limit. It yields between turns, which have a budget each, so that other
 * requests are served.
 * @throws ParleyError PYTIM after the limit, which includes requests of the chatbot
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
    if (performance.now() > end) throw new ParleyError("PYTIM", "Playing the chatbot took too long");
    const next = playing.next(given);
    if (next.done) return next.value;
    given = next.value === null ? undefined : await answer(next.value);
  }
}

/** All simulations take their turns one after the other and yield to the event loop in between. */
let last: Promise<unknown> = Promise.resolve();

function waitForTurn(): Promise<unknown> {
  last = last.then(() => yieldToEventLoop());
  return last;
}
