import { isConditionMet } from "../condition.ts";
import type { GraphNode } from "../graph.ts";
import { leaveBy, type Step } from "../step.ts";
import type { Turn } from "../turn.ts";

/** Takes the exit `true` or `false`. Fields: those of `condition.ts`. */
export function enterCondition(turn: Turn, node: GraphNode): Step {
  const met = isConditionMet(turn, node);
  turn.record(node, { exit: String(met) });
  return leaveBy(String(met));
}
