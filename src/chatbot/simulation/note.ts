import type { Instant } from "../engine/context.ts";
import type { ChatbotEvent } from "../engine/event.ts";
import { after } from "../engine/instant.ts";
import type { Reply, Simulation } from "./simulation.ts";

/** Seconds of the units in which a tester lets time pass, by their first letter. */
const UNITS: { [unit: string]: number } = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };
const WAIT = /^@wait(?:\s+(\d{1,9}(?:\.\d+)?)\s*([smhdw])?(?:ec(?:ond)?|in(?:ute)?|our|ay|eek)?s?)?$/;
const FAIL = /^@fail(?:\s+(.+))?$/s;

/** What may happen to a run besides time and replies. */
const EVENTS: { [note: string]: ChatbotEvent } = {
  "@return": { kind: "handoff_ended" },
  "@skip": { kind: "skip" },
  "@stop": { kind: "stop", reason: "manually_stopped" },
  "@resume": { kind: "resume" },
};

/**
 * A tester's next line as what happens: a reply of the customer's, or a note.
 *
 * - `@wait 2 hours` (s, m, h, d, w; seconds by default): time passes, and timers ring on the way. `@wait` alone: until
 *   what the run waits for is over.
 * - `@return`: the person who has the conversation gives it back. `@fail reason`: what was said last could not be sent.
 * - `@skip`, `@stop`, `@resume`: what people on staff can do to a run.
 */
export function readLine(line: string, simulation: Simulation): Reply {
  const [isWait, amount, unit = "s"] = WAIT.exec(line) ?? [];
  if (isWait !== undefined) return { text: null, at: waitedUntil(simulation, amount, unit) };
  const [isFailure, reason = "131026"] = FAIL.exec(line) ?? [];
  if (isFailure !== undefined) return { text: null, event: { kind: "send_failed", nodeId: null, reason } };
  const event = Object.hasOwn(EVENTS, line) ? EVENTS[line] : undefined;
  return event ? { text: null, event } : { text: line };
}

function waitedUntil({ context, now }: Simulation, amount: string | undefined, unit: string): Instant {
  if (amount === undefined) return context.waiting?.timer?.at ?? now;
  return after(now, Number(amount) * (UNITS[unit] ?? 1));
}
