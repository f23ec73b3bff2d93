import { setImmediate as rest } from "node:timers/promises";
import type { CallResult, PendingCall, Playing } from "../../chatbot/simulation/simulation.ts";
import { ParleyError } from "../../errors.ts";

/**
 * Plays for a client: others get their turn between the engine's, and it ends.
 * @throws ParleyError PYTIM after so long, calls included
 */
export async function play<Result>(
  playing: Playing<Result>,
  answer: (call: PendingCall) => CallResult | Promise<CallResult>,
  limitMs: number,
): Promise<Result> {
  const end = performance.now() + limitMs;
  let next = playing.next();
  while (!next.done) {
    await rest();
    if (performance.now() > end) throw new ParleyError("PYTIM", "The chatbot was played for too long");
    next = playing.next(next.value === null ? undefined : await answer(next.value));
  }
  return next.value;
}
