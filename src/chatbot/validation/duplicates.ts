import { textField } from "../../base/json/fields.ts";
import type { JsonObject } from "../../base/json/json.ts";
import type { GraphNode } from "../graph/graph.ts";
import { type Problem, problem } from "./problem.ts";

/** Problems for ids that occur more than once in a list: only the first can be chosen. */
export function duplicates(node: GraphNode, items: readonly JsonObject[], code: string): Problem[] {
  const seen = new Set<string>();
  return items.flatMap((item) => {
    const id = textField(item, "id");
    if (id === "" || !seen.has(id)) {
      seen.add(id);
      return [];
    }
    return problem(code, node.id, `Ids must be unique: "${id}" occurs more than once.`);
  });
}
