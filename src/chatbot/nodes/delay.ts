import type { JsonObject } from "../../base/json/json.ts";
import { LEAVE } from "../engine/step.ts";
import { choice, defineFields, number } from "../fields/define_fields.ts";
import { warning } from "../validation/problem.ts";
import { defineNode } from "./define_node.ts";

const SECONDS = { seconds: 1, minutes: 60, hours: 3600, days: 86_400, weeks: 604_800 };
const LONGEST = 366 * 86_400;

const FIELDS = defineFields({
  delay: number("The waiting time; at most 366 days.", { default: 0 }),
  delayUnit: choice("The unit of `delay`.", ["seconds", "minutes", "hours", "days", "weeks"]),
});

export const delay = defineNode({
  kind: "delay",
  about: "Waits. Messages that the contact writes in the meantime do not end the wait.",
  fields: FIELDS,
  exits: [],
  leaves: "after_wait",
  waits: (data) => ({ kind: "delay", seconds: secondsOf(data) }),
  problems: ({ id, data }) =>
    FIELDS.delay.of(data) > 0
      ? []
      : [warning("no_delay", id, "The node does not wait: `delay` must be a positive number.")],
  enter(turn, node) {
    const seconds = secondsOf(node.data);
    turn.record(node, {});
    if (seconds <= 0) return LEAVE;
    return { kind: "wait", waiting: { kind: "delay", nodeId: node.id, timer: turn.timer("delay", seconds) } };
  },
  receive: (_turn, _node, event) => (event.kind === "timer" ? LEAVE : null),
});

/** The waiting time in seconds; 0 for a node that does not wait. */
function secondsOf(data: JsonObject): number {
  const unit = FIELDS.delayUnit.of(data);
  const factor = Object.hasOwn(SECONDS, unit) ? SECONDS[unit as keyof typeof SECONDS] : 1;
  return Math.min(Math.max(FIELDS.delay.of(data), 0) * factor, LONGEST);
}
