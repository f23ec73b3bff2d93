import { listField, objectField, textField } from "../../base/json/fields.ts";
import { isObject, type JsonObject } from "../../base/json/json.ts";
import { operatorOf } from "../engine/condition.ts";
import { type GraphNode, nodeKind } from "../graph/graph.ts";
import { patternError } from "../text/pattern.ts";
import { placeholdersIn } from "../text/template.ts";
import { type Problem, problem } from "./problem.ts";

/** Different patterns of one chatbot. Compiling one takes milliseconds, during which the process does nothing else. */
const MOST_PATTERNS = 200;

/** The patterns that the author of these nodes wrote and that cannot be used: each would match nothing. */
export function patternProblems(nodes: readonly GraphNode[]): Problem[] {
  const errors = new Map<string, string | null>();
  const problems: Problem[] = [];
  for (const node of nodes) {
    for (const pattern of patternsOf(node)) {
      if (!errors.has(pattern) && errors.size === MOST_PATTERNS) {
        const message = `The chatbot has more than ${MOST_PATTERNS} different patterns.`;
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

function patternsOf(node: GraphNode): string[] {
  const { data } = node;
  switch (nodeKind(node)) {
    case "start":
      return listField(data, "triggers")
        .filter(isObject)
        .filter((trigger) => trigger.kind === "keyword" && trigger.match === "regex")
        .flatMap((trigger) => listField(trigger, "words").map(String));
    case "question": {
      const pattern = textField(data, "pattern");
      return pattern === "" ? [] : [pattern];
    }
    case "condition":
      return (
        conditionsIn(data)
          .filter(({ operator }) => isPatternOperator(operator))
          .map(({ value }) => value)
          // What comes from variables is known only when it is tested.
          .filter((pattern) => placeholdersIn(pattern).length === 0)
      );
    default:
      return [];
  }
}

function isPatternOperator(name: string): boolean {
  const operator = operatorOf(name);
  return operator === "matches_regex" || operator === "not_matches_regex";
}

/** The conditions of a node, out of their groups; those that stand in its own fields only where there is no group. */
export function conditionsIn(data: JsonObject): { variable: string; operator: string; value: string }[] {
  const leaves = leavesOf(objectField(data, "conditionGroup"));
  if (leaves.length > 0) {
    return leaves.map((leaf) => ({
      variable: textField(leaf, "variable"),
      operator: textField(leaf, "operator"),
      value: textField(leaf, "value"),
    }));
  }
  const [variable, operator] = [textField(data, "conditionVar"), textField(data, "conditionOp")];
  return [{ variable, operator, value: textField(data, "conditionVal") }];
}

function leavesOf(group: JsonObject): JsonObject[] {
  const conditions = listField(group, "conditions").filter(isObject);
  return conditions.flatMap((condition) =>
    Array.isArray(condition.conditions) ? leavesOf(condition) : [condition],
  );
}
