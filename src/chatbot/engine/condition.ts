import { textField } from "../../base/json/fields.ts";
import { isObject, type Json, type JsonObject, own } from "../../base/json/json.ts";
import type { GraphNode } from "../graph/graph.ts";
import { plainText } from "../text/display.ts";
import { foldCase } from "../text/fold.ts";
import { patternError, testPattern } from "../text/pattern.ts";
import { variablePath } from "../text/template.ts";
import { check } from "./budget.ts";
import type { Turn } from "./turn.ts";

/**
 * Evaluates the condition of a node's `data`.
 *
 * `conditionGroup {conditions: […], logicalOperator: "AND" | "OR"}` wins where it has a condition; each is
 * `{variable, operator, value}` or a group itself. Otherwise `conditionVar`, `conditionOp`, `conditionVal`.
 * The variable is a path, bare or in braces; the value may contain `{{paths}}`. Equality is that of texts and
 * minds case; `contains`, `starts_with`, `ends_with` and `matches_regex` (`pattern.ts`) do not;
 * order is that of numbers, or of ISO dates. No condition, or an unknown operator, is not met.
 */
export function isConditionMet(turn: Turn, node: GraphNode): boolean {
  const { data } = node;
  const group = own(data, "conditionGroup");
  if (isObject(group) && conditionsOf(group).length > 0) return isGroupMet(turn, node, group);
  if (textField(data, "conditionVar") === "") return false;
  const { conditionVar = "", conditionOp = "", conditionVal = "" } = data;
  return isOneMet(turn, node, { variable: conditionVar, operator: conditionOp, value: conditionVal });
}

function isGroupMet(turn: Turn, node: GraphNode, group: JsonObject): boolean {
  const conditions = conditionsOf(group);
  const isMet = (condition: JsonObject) =>
    Array.isArray(condition.conditions) ? isGroupMet(turn, node, condition) : isOneMet(turn, node, condition);
  if (conditions.length === 0) return false;
  return textField(group, "logicalOperator").toUpperCase() === "OR"
    ? conditions.some(isMet)
    : conditions.every(isMet);
}

function conditionsOf(group: JsonObject): JsonObject[] {
  return Array.isArray(group.conditions) ? group.conditions.filter(isObject) : [];
}

function isOneMet(turn: Turn, node: GraphNode, condition: JsonObject): boolean {
  check(turn.budget);
  const left = turn.resolve(variablePath(textField(condition, "variable")));
  const given = own(condition, "value") ?? "";
  const right = typeof given === "string" ? turn.fillPlain(node, given) : given;
  const operator = operatorOf(textField(condition, "operator"));
  return operator === null ? false : OPERATORS[operator](left ?? null, right);
}

type Operator =
  | "eq"
  | "neq"
  | "contains"
  | "not_contains"
  | "starts_with"
  | "ends_with"
  | "matches_regex"
  | "not_matches_regex"
  | "gt"
  | "lt"
  | "gte"
  | "lte"
  | "is_empty"
  | "is_not_empty";

const OPERATORS: { [operator in Operator]: (left: Json, right: Json) => boolean } = {
  eq: (left, right) => comparable(left) === comparable(right),
  neq: (left, right) => comparable(left) !== comparable(right),
  contains,
  not_contains: (left, right) => !contains(left, right),
  starts_with: (left, right) => foldCase(comparable(left)).startsWith(foldCase(comparable(right))),
  ends_with: (left, right) => foldCase(comparable(left)).endsWith(foldCase(comparable(right))),
  matches_regex: (left, right) => testPattern(comparable(right), comparable(left)),
  // A pattern that is refused says nothing, neither way.
  not_matches_regex: (left, right) =>
    patternError(comparable(right)) === null && !testPattern(comparable(right), comparable(left)),
  gt: (left, right) => compare(left, right) > 0,
  lt: (left, right) => compare(left, right) < 0,
  gte: (left, right) => compare(left, right) >= 0,
  lte: (left, right) => compare(left, right) <= 0,
  is_empty: isEmpty,
  is_not_empty: (left) => !isEmpty(left),
};

const ALIASES: { [alias: string]: Operator } = {
  "==": "eq",
  equals: "eq",
  "!=": "neq",
  ne: "neq",
  not_equals: "neq",
  ">": "gt",
  greater: "gt",
  "<": "lt",
  less: "lt",
  ">=": "gte",
  greater_or_equal: "gte",
  "<=": "lte",
  less_or_equal: "lte",
};

/** The operator an author wrote, by any of its names; null when there is none of that name. */
export function operatorOf(name: string): Operator | null {
  const operator = Object.hasOwn(ALIASES, name) ? ALIASES[name] : name;
  return Object.hasOwn(OPERATORS, operator as string) ? (operator as Operator) : null;
}

function contains(left: Json, right: Json): boolean {
  return foldCase(comparable(left)).includes(foldCase(comparable(right)));
}

/** Positive, negative or zero; NaN, which no operator accepts, where there is no order. */
function compare(left: Json, right: Json): number {
  const [a, b] = [comparable(left), comparable(right)];
  if (ISO_DATE.test(a) && ISO_DATE.test(b)) return Date.parse(a) - Date.parse(b);
  return Number(a) - Number(b);
}

const ISO_DATE = /^\d{4}-\d{2}-\d{2}(T[\d:.]+Z?)?$/;

function isEmpty(value: Json): boolean {
  return value === null || value === "" || (Array.isArray(value) && value.length === 0);
}

/** A value as the text that is compared. What does not exist is the empty text, not the word for it. */
function comparable(value: Json): string {
  if (value === null) return "";
  if (Array.isArray(value)) return value.map(comparable).join(",");
  return plainText(value);
}
