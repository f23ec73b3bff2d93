import { listField, objectField, textField } from "../../base/json/fields.ts";
import { isObject, type JsonObject } from "../../base/json/json.ts";
import { exit, itemsOf, type MappedBlock, one } from "./typebot_mapped.ts";
import type { TypebotVariables } from "./typebot_variables.ts";

const OPERATORS: { [operator: string]: string } = {
  "Equal to": "eq",
  "Not equal": "neq",
  Contains: "contains",
  "Does not contain": "not_contains",
  "Greater than": "gt",
  "Greater or equal to": "gte",
  "Less than": "lt",
  "Less or equal to": "lte",
  "Is empty": "is_empty",
  "Is set": "is_not_empty",
  "Starts with": "starts_with",
  "Ends with": "ends_with",
  "Matches regex": "matches_regex",
  "Does not match regex": "not_matches_regex",
};

/** Maps each item to a condition node, in order. The first item that is met decides; without an edge for it the run ends. */
export function conditions(block: JsonObject, variables: TypebotVariables): MappedBlock {
  const id = textField(block, "id");
  const items = itemsOf(block);
  if (items.length === 0) return one(id, "condition", {});
  const ids = items.map((item, index) => (index === 0 ? id : textField(item, "id")));
  const lost: string[] = [];
  const nodes = items.map((item, index) => {
    const content = objectField(item, "content");
    const comparisons = listField(content, "comparisons")
      .filter(isObject)
      .map((comparison) => {
        const operator = textField(comparison, "comparisonOperator");
        const variable = variables.nameOf(comparison, "variableId");
        if (operator !== "" && !Object.hasOwn(OPERATORS, operator)) lost.push(operator);
        return {
          variable,
          // In Typebot a comparison without a variable is never true.
          operator: variable === "" ? "" : (OPERATORS[operator] ?? operator),
          value: bareRegex(variables.textOf(comparison, "value"), operator),
        };
      });
    const logicalOperator = textField(content, "logicalOperator") || "AND";
    return {
      id: ids[index] as string,
      type: "condition",
      data: { conditionGroup: { conditions: comparisons, logicalOperator } },
    };
  });
  return {
    nodes,
    links: ids.slice(1).map((to, index) => ({ from: ids[index] as string, handle: "false", to })),
    exits: items.map((item, index) => exit(ids[index] as string, "true", item)),
    onward: [{ from: ids.at(-1) ?? id, handle: "false" }],
    losses: lost.length > 0 ? [`the comparison "${lost.join('", "')}" is never true.`] : [],
  };
}

/** Removes slashes and flags, which Typebot allows around patterns. */
export function bareRegex(value: string, operator: string): string {
  return operator.endsWith("regex") ? value.replace(/^\/(.*)\/[a-z]*$/s, "$1") : value;
}
