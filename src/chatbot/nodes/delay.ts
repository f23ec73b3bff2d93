import { numberField, textField } from "../../base/json/fields.ts";
import { LEAVE, type Step } from "../engine/step.ts";
import type { Turn } from "../engine/turn.ts";
import type { WaitTime } from "../engine/wait_time.ts";
import type { GraphNode } from "../graph/graph.ts";

const SECONDS: { [unit: string]: number } = {
  seconds: 1,
  minutes: 60,
  hours: 3600,
  days: 86_400,
  weeks: 604_800,
};
const LONGEST = 366 * 86_400;

/**
 * Waits, whatever the contact writes meanwhile. `delay` and `delayUnit`: `seconds` (default), `minutes`, `hours`,
 * `days` or `weeks`; at most a year.
 */
export function enterDelay(turn: Turn, node: GraphNode): Step {
  const seconds = delaySeconds(node);
  turn.record(node, {});
  if (seconds <= 0) return LEAVE;
  return { kind: "wait", waiting: { kind: "delay", nodeId: node.id, timer: turn.timer("delay", seconds) } };
}

export function delayTime(node: GraphNode): WaitTime {
  return { kind: "delay", seconds: delaySeconds(node) };
}

/** How long a delay waits: 0 for one that does not. */
export function delaySeconds({ data }: GraphNode): number {
  const unit = textField(data, "delayUnit");
  const factor = Object.hasOwn(SECONDS, unit) ? (SECONDS[unit] as number) : 1;
  return Math.min(Math.max(numberField(data, "delay") ?? 0, 0) * factor, LONGEST);
}
