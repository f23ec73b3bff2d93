import type { Field } from "../fields/field.ts";
import { filledFields } from "../fields/filled_fields.ts";
import type { GraphNode } from "../graph/graph.ts";
import type { NodeKinds } from "../nodes/node_kinds.ts";
import { patternError } from "../text/pattern.ts";
import { type Problem, problem } from "./problem.ts";

/** The limit of different patterns in one chatbot. Compiling one takes milliseconds and blocks the process. */
const MOST_PATTERNS = 200;

/** Problems for patterns that cannot be used: they would never match. */
export function patternProblems(nodes: readonly GraphNode[], kinds: NodeKinds): Problem[] {
  const errors = new Map<string, string | null>();
  const problems: Problem[] = [];
  for (const node of nodes) {
    for (const pattern of patternsOf(node, kinds)) {
      if (!errors.has(pattern) && errors.size === MOST_PATTERNS) {
        const message = `The chatbot must not have more than ${MOST_PATTERNS} different patterns.`;
        return [...problems, problem("too_many_patterns", node.id, message)];
      }
      const error = errors.has(pattern) ? errors.get(pattern) : patternError(pattern);
      errors.set(pattern, error ?? null);
      if (error)
        problems.push(problem("bad_regex", node.id, `The pattern "${pattern}" cannot be used: ${error}.`));
    }
  }
  return problems;
}

function patternsOf(node: GraphNode, kinds: NodeKinds): string[] {
  const kind = kinds.of(node);
  if (kind === null) return [];
  const inFields = filledFields(kind.fields, node.data)
    .filter(({ field }) => field.type === "pattern")
    .map(({ field, data }) => (field as Field<string>).of(data))
    .filter((pattern) => pattern !== "");
  return inFields.concat(kind.patterns?.(node.data) ?? []);
}
