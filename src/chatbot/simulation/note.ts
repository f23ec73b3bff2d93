import type { Instant } from "../engine/context.ts";
import type { ChatbotEvent } from "../engine/event.ts";
import { after } from "../engine/instant.ts";
import type { Reply, Simulation } from "./simulation.ts";

/** Seconds of each unit of `@wait`, by its first letter. */
const UNITS: { [unit: string]: number } = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };
const WAIT = /^@wait(?:\s+(\d{1,9}(?:\.\d+)?)\s*([smhdw])?(?:ec(?:ond)?|in(?:ute)?|our|ay|eek)?s?)?$/;
const FAIL = /^@fail(?:\s+(.+))?$/s;

/** The notes that send an event to the run. */
const EVENTS: { [note: string]: ChatbotEvent } = {
  "@return": { kind: "handoff_ended" },
  "@skip": { kind: "skip" },
  "@stop": { kind: "stop", reason: "manually_stopped" },
  "@resume": { kind: "resume" },
};

/**
 * Reads a tester's next line: a reply of the customer, or a note.
 *
 * - `@wait 2 hours` (s, m, h, d, w; defaults to seconds): advances the clock; timers fire on the way. `@wait` alone: until
 *   the run's timer fires.
 * - `@return`: the agent gives the conversation back. `@fail reason`: the last message could not be sent.
 * - `@skip`, `@stop`, `@resume`: what agents can do to a run.
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
