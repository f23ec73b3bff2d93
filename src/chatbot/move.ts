import type { Context } from "./context.ts";
import { nodeType } from "./graph.ts";
import { indexGraph } from "./graph_index.ts";
import type { ChatbotVersion } from "./version.ts";

/**
 * May a run of one version go on in another? Only where it is: on a node of the same id and type, outside any
 * subflow. The context needs no change.
 */
export function canMove(context: Context, from: ChatbotVersion, to: ChatbotVersion): boolean {
  if (context.frames.length > 0 || context.currentNodeId === null) return context.currentNodeId === null;
  const here = indexGraph(from.graph).nodes.get(context.currentNodeId);
  const there = indexGraph(to.graph).nodes.get(context.currentNodeId);
  return here !== undefined && there !== undefined && nodeType(here) === nodeType(there);
}
