import { textField } from "../../base/json/fields.ts";
import { isObject, type Json, type JsonObject, own } from "../../base/json/json.ts";
import { check } from "../engine/budget.ts";
import { compare, isPatternOperator, operatorOf } from "../engine/operators.ts";
import { leaveBy } from "../engine/step.ts";
import type { Turn } from "../engine/turn.ts";
import { defineFields, object, template, text, variable } from "../fields/define_fields.ts";
import type { GraphNode } from "../graph/graph.ts";
import { placeholdersIn, variablePath } from "../text/template.ts";
import { type Problem, problem } from "../validation/problem.ts";
import { defineNode } from "./define_node.ts";

const FIELDS = defineFields({
  conditionGroup: object(
    '`{"logicalOperator": "AND" or "OR", "conditions": [{"variable", "operator", "value"}]}`; a condition may be a group itself.',
  ),
  conditionVar: variable("The path of a variable: a single condition, for a node without a group.", {
    when: (data): boolean => conditionsOf(FIELDS.conditionGroup.of(data)).length === 0,
  }),
  conditionOp: text("The operator of the single condition."),
  conditionVal: template("The value that the variable is compared with."),
});

export const condition = defineNode({
  kind: "condition",
  about: "Compares variables and takes the exit `true` or `false`.",
  fields: FIELDS,
  exits: [
    { handle: "true", label: "the condition is met" },
    { handle: "false", label: "the condition is not met, is missing, or has an unknown operator" },
  ],
  decides: true,
  problems: ({ id, data }) =>
    conditionsIn(data).flatMap(({ variable: path, operator }): Problem | Problem[] => {
      if (path === "") return problem("missing_condition", id, "A condition must name a variable.");
      return operatorOf(operator) === null
        ? problem("unknown_operator", id, `The operator "${operator}" does not exist.`)
        : [];
    }),
  reads: (data) => conditionsIn(data).map(({ variable: path }) => variablePath(path)),
  patterns: (data) =>
    conditionsIn(data)
      .filter(({ operator }) => isPatternOperator(operator))
      .map(({ value }) => value)
      // A pattern with placeholders is known only when the condition is evaluated.
      .filter((pattern) => placeholdersIn(pattern).length === 0),
  enter(turn, node) {
    const exit = String(isMet(turn, node));
    turn.record(node, { exit });
    return leaveBy(exit);
  },
});

function isMet(turn: Turn, node: GraphNode): boolean {
  const { data } = node;
  const group = FIELDS.conditionGroup.of(data);
  if (conditionsOf(group).length > 0) return isGroupMet(turn, node, group);
  if (FIELDS.conditionVar.of(data) === "") return false;
  const { conditionVar = "", conditionOp = "", conditionVal = "" } = data;
  return isOneMet(turn, node, { variable: conditionVar, operator: conditionOp, value: conditionVal });
}

function isGroupMet(turn: Turn, node: GraphNode, group: JsonObject): boolean {
  const conditions = conditionsOf(group);
  const isOneOfThemMet = (one: JsonObject) =>
    Array.isArray(one.conditions) ? isGroupMet(turn, node, one) : isOneMet(turn, node, one);
  if (conditions.length === 0) return false;
  return textField(group, "logicalOperator").toUpperCase() === "OR"
    ? conditions.some(isOneOfThemMet)
    : conditions.every(isOneOfThemMet);
}

/** Evaluates one condition. The variable is a path, with or without braces; the value may contain placeholders. */
function isOneMet(turn: Turn, node: GraphNode, one: JsonObject): boolean {
  check(turn.budget);
  const left = turn.resolve(variablePath(textField(one, "variable"))) ?? null;
  const given: Json = own(one, "value") ?? "";
  const right = typeof given === "string" ? turn.fillPlain(node, given) : given;
  return compare(textField(one, "operator"), left, right);
}

function conditionsOf(group: JsonObject): JsonObject[] {
  return Array.isArray(group.conditions) ? group.conditions.filter(isObject) : [];
}

/** The conditions of a node's group, including nested groups; without a group, the one in the node's own fields. */
function conditionsIn(data: JsonObject): { variable: string; operator: string; value: string }[] {
  const leaves = leavesOf(FIELDS.conditionGroup.of(data));
  if (leaves.length > 0) {
    return leaves.map((leaf) => ({
      variable: textField(leaf, "variable"),
      operator: textField(leaf, "operator"),
      value: textField(leaf, "value"),
    }));
  }
  return [
    {
      variable: FIELDS.conditionVar.of(data),
      operator: FIELDS.conditionOp.of(data),
      value: FIELDS.conditionVal.of(data),
    },
  ];
}

function leavesOf(group: JsonObject): JsonObject[] {
  return conditionsOf(group).flatMap((one) => (Array.isArray(one.conditions) ? leavesOf(one) : [one]));
}
