/**
 * Filters as a tree that a form can show, and as the JSON of the filter language (docs/filters.md). What the form does not know
 * is kept as it is, so that a filter is the same after it was opened.
 */

export type Kind = "contacts" | "conversations" | "messages" | "campaign_recipients";

export type Condition = {
  is: "condition";
  key: string;
  field: string;
  operator: string;
  value: unknown;
  path?: readonly string[];
};
/** all or any of the items. */
export type Combination = { is: "all" | "any"; key: string; items: readonly Part[] };
export type Negation = { is: "not"; key: string; item: Part };
/** A related row that matches: of a contact, a conversation or a campaign that it received. */
export type Relation = { is: "relation"; key: string; relation: string; item: Part };
/** What is not a filter that the form knows. */
export type Unknown = { is: "unknown"; key: string; json: unknown };
export type Part = Condition | Combination | Negation | Relation | Unknown;

const OPERATORS: ReadonlySet<string> = new Set([
  ...[
    "is",
    "isNot",
    "in",
    "notIn",
    "contains",
    "startsWith",
    "atLeast",
    "atMost",
    "before",
    "after",
    "matches",
  ],
  "isEmpty",
]);
export const RELATED_KINDS: Readonly<Record<string, Kind>> = {
  conversation: "conversations",
  contact: "contacts",
  message: "messages",
  campaignRecipient: "campaign_recipients",
};

let lastKey = 0;
/** Names a part while it is edited; not stored. */
export function newKey(): string {
  lastKey += 1;
  return `part${lastKey}`;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The tree of a filter. */
export function parseFilter(json: unknown): Part {
  const key = newKey();
  const unknown: Unknown = { is: "unknown", key, json };
  if (!isObject(json)) return unknown;
  const keys = Object.keys(json);
  if (typeof json.field === "string") return parseCondition(json, key) ?? unknown;
  if (keys.length !== 1) return unknown;
  const [name] = keys as [string];
  const value = json[name];
  if ((name === "all" || name === "any") && Array.isArray(value))
    return { is: name, key, items: value.map(parseFilter) };
  if (name === "not") return { is: "not", key, item: parseFilter(value) };
  if (name in RELATED_KINDS) return { is: "relation", key, relation: name, item: parseFilter(value) };
  return unknown;
}

function parseCondition(json: Record<string, unknown>, key: string): Condition | null {
  const { field, path, ...rest } = json;
  const entries = Object.entries(rest);
  const [operator, value] = entries[0] ?? [];
  if (entries.length !== 1 || operator === undefined || !OPERATORS.has(operator)) return null;
  if (path !== undefined && !(Array.isArray(path) && path.every((each) => typeof each === "string")))
    return null;
  return {
    is: "condition",
    key,
    field: field as string,
    operator,
    value,
    ...(path !== undefined && { path }),
  };
}

/** The JSON of a tree. */
export function buildFilter(part: Part): unknown {
  switch (part.is) {
    case "condition": {
      const { field, path, operator, value } = part;
      return { field, ...(path && { path }), [operator]: value };
    }
    case "all":
    case "any":
      return { [part.is]: part.items.map(buildFilter) };
    case "not":
      return { not: buildFilter(part.item) };
    case "relation":
      return { [part.relation]: buildFilter(part.item) };
    case "unknown":
      return part.json;
    default:
      throw new Error(part satisfies never);
  }
}

/** The part in a combination, which is what a form begins with. */
export function inCombination(part: Part): Combination {
  // The key follows from the part's, so that the form stays the same while it is edited.
  return part.is === "all" || part.is === "any"
    ? part
    : { is: "all", key: `around ${part.key}`, items: [part] };
}

export function emptyCombination(is: "all" | "any" = "all"): Combination {
  return { is, key: newKey(), items: [] };
}

/** What names a part while it is edited: the same, whether or not it is negated. */
export function keyOf(part: Part): string {
  return part.is === "not" ? keyOf(part.item) : part.key;
}

/** The part negated, or without its negation. */
export function negated(part: Part): Part {
  return part.is === "not" ? part.item : { is: "not", key: newKey(), item: part };
}

/** Whether every condition has a value, so that the filter can be asked for. */
export function isComplete(part: Part): boolean {
  switch (part.is) {
    case "condition": {
      const { field, value } = part;
      if (field === "") return false;
      if (Array.isArray(value)) return value.length > 0;
      return (
        value !== "" &&
        value !== null &&
        value !== undefined &&
        !(typeof value === "number" && Number.isNaN(value))
      );
    }
    case "all":
      return part.items.every(isComplete);
    case "any":
      // An empty one is refused.
      return part.items.length > 0 && part.items.every(isComplete);
    case "not":
    case "relation":
      return isComplete(part.item);
    default:
      return true;
  }
}
