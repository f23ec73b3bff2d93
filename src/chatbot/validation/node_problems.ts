import { filledFields } from "../fields/filled_fields.ts";
import { type GraphNode, nodeType } from "../graph/graph.ts";
import type { NodeKinds } from "../nodes/node_kinds.ts";
import { overLimit } from "./over_limit.ts";
import { type Problem, problem } from "./problem.ts";

/** The problems of one node: those of its fields, and those that its kind adds. */
export function nodeProblems(node: GraphNode, kinds: NodeKinds): Problem[] {
  const kind = kinds.of(node);
  if (kind === null)
    return [problem("unknown_node_type", node.id, `The node type "${nodeType(node)}" does not exist.`)];
  const ofFields = filledFields(kind.fields, node.data).flatMap(({ field, data }): Problem[] => {
    const { name, required, warnsOverLimit, limit } = field;
    const value = field.of(data);
    if (required !== undefined && typeof value === "string" && value.trim() === "")
      return [{ ...problem(required, node.id, `"${name}" is missing.`), path: `data.${name}` }];
    return warnsOverLimit && limit !== undefined
      ? overLimit(node.id, name, value as string, limit).map((each) => ({ ...each, path: `data.${name}` }))
      : [];
  });
  return [...ofFields, ...(kind.problems?.(node) ?? [])];
}
