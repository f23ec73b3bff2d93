import { isConditionMet } from "../engine/condition.ts";
import { leaveBy, type Step } from "../engine/step.ts";
import type { Turn } from "../engine/turn.ts";
import type { GraphNode } from "../graph/graph.ts";

/** Takes the exit `true` or `false`. Fields: those of `condition.ts`. */
export function enterCondition(turn: Turn, node: GraphNode): Step {
  const met = isConditionMet(turn, node);
  turn.record(node, { exit: String(met) });
  return leaveBy(String(met));
}
