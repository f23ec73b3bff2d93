import { listField, numberField, textField } from "../../base/json/fields.ts";
import { isObject } from "../../base/json/json.ts";
import { hash32 } from "../engine/random.ts";
import { leaveBy, type Step } from "../engine/step.ts";
import type { Turn } from "../engine/turn.ts";
import type { GraphNode } from "../graph/graph.ts";

/**
 * Divides contacts: the same contact always takes the same exit of the same node.
 *
 * - `variants: [{id, weight}]`: exits and their shares; `a` and `b` in halves by default; without any share, the plain way on.
 * - `variable`: receives the exit's name.
 */
export function enterAbSplit(turn: Turn, node: GraphNode): Step {
  const written = listField(node.data, "variants").filter(isObject);
  const variants = (written.length > 0 ? written : [{ id: "a" }, { id: "b" }]).map((variant) => ({
    id: textField(variant, "id"),
    weight: Math.max(numberField(variant, "weight") ?? 1, 0),
  }));
  const total = variants.reduce((sum, { weight }) => sum + weight, 0);
  const point = (hash32(`${turn.context.contactId}:${node.id}`) / 2 ** 32) * total;
  let reached = 0;
  const chosen = variants.find(({ weight }) => {
    reached += weight;
    return point < reached;
  });
  const exit = chosen?.id ?? "";
  turn.assign(textField(node.data, "variable"), exit);
  turn.record(node, { exit });
  return leaveBy(exit);
}
