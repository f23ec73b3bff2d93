import { textField } from "../../base/json/fields.ts";
import { fail, LEAVE, type Step } from "../engine/step.ts";
import type { Turn } from "../engine/turn.ts";
import type { GraphNode } from "../graph/graph.ts";

/** Goes to the node `targetNodeId` of the same graph; without one, on by its edge. */
export function enterJump(turn: Turn, node: GraphNode): Step {
  const target = textField(node.data, "targetNodeId");
  if (target === "") return LEAVE;
  return turn.graph?.nodes.has(target) ? { kind: "goto", nodeId: target } : fail(`missing_node: ${target}`);
}
