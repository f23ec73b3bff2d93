import { textField } from "../../base/json/fields.ts";
import type { Step } from "../engine/step.ts";
import type { Turn } from "../engine/turn.ts";
import type { GraphNode } from "../graph/graph.ts";

/**
 * The end of the graph. In a subflow: back to the caller, by the exit named after the outcome.
 *
 * - `outcome`: a word for reports (`sold`, `unreachable`); interpolated. Default: the run's status.
 * - `content`: a last message, optional.
 */
export function enterEnd(turn: Turn, node: GraphNode): Step {
  const content = textField(node.data, "content");
  if (content !== "") turn.say(node, turn.fill(node, content));
  const outcome = turn.fill(node, textField(node.data, "outcome"));
  turn.record(node, { exit: outcome || null });
  return { kind: "end", outcome: outcome || null };
}
