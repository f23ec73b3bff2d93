import type { Json } from "../../base/json/json.ts";
import { plainText } from "../text/display.ts";
import { foldCase } from "../text/fold.ts";
import { patternError, testPattern } from "../text/pattern.ts";

/**
 * Does a comparison hold? An unknown operator's never does. Equality is that of texts and case-sensitive; `contains`,
 * `starts_with`, `ends_with` and `matches_regex` ignore case; order is that of numbers, or of ISO dates.
 */
export function compare(operator: string, left: Json, right: Json): boolean {
  const known = operatorOf(operator);
  return known === null ? false : OPERATORS[known](left, right);
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
  gt: (left, right) => order(left, right) > 0,
  lt: (left, right) => order(left, right) < 0,
  gte: (left, right) => order(left, right) >= 0,
  lte: (left, right) => order(left, right) <= 0,
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

/** Is the right side of this operator a regular expression? */
export function isPatternOperator(name: string): boolean {
  const operator = operatorOf(name);
  return operator === "matches_regex" || operator === "not_matches_regex";
}

function contains(left: Json, right: Json): boolean {
  return foldCase(comparable(left)).includes(foldCase(comparable(right)));
}

/** Positive, negative or zero; NaN, which no operator accepts, where there is no order. */
function order(left: Json, right: Json): number {
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
