import { dataOf, type GraphNode, isObject, type JsonObject } from "./draft.ts";
import type { Kind } from "./kind.ts";

/** Texts that a card shows in place of the node: what it says, calls or sets. */
const TEXTS: ReadonlySet<string> = new Set([
  "template",
  "url",
  "variable",
  "output",
  "reference",
  "number",
  "text",
]);

/** What a node does in a line: its first text, or what it compares or sets. */
export function excerptOf(node: GraphNode, kind: Kind | undefined): string {
  const data = dataOf(node);
  if (isObject(data.conditionGroup)) return conditionText(data.conditionGroup);
  if (kind?.kind === "start") return triggerText(data);
  const fields = kind?.fields ?? [];
  const found = [
    ...fields.filter(({ type }) => type === "template" || type === "url"),
    ...fields.filter(({ type }) => TEXTS.has(type)),
  ];
  for (const { name } of found) {
    const value = data[name];
    if (typeof value === "string" && value.trim() !== "" && name !== "conditionOp") return textOf(name, data);
    if (typeof value === "number" && name === "delay") return `${value} ${data.delayUnit ?? "seconds"}`;
  }
  return "";
}

function textOf(name: string, data: JsonObject): string {
  if (name === "conditionVar" || name === "conditionVal")
    return [data.conditionVar, data.conditionOp, data.conditionVal].filter(Boolean).join(" ");
  if (name === "variable" && "value" in data) return `${data.variable} = ${plain(data.value)}`;
  return String(data[name]);
}

function conditionText(group: JsonObject): string {
  const conditions = Array.isArray(group.conditions) ? group.conditions.filter(isObject) : [];
  const joint = group.logicalOperator === "OR" ? " ∨ " : " ∧ ";
  return conditions
    .map((each) =>
      Array.isArray(each.conditions)
        ? `(${conditionText(each)})`
        : each.variable
          ? [each.variable, each.operator, plain(each.value)].filter(Boolean).join(" ")
          : "",
    )
    .filter((text) => text !== "")
    .join(joint);
}

function triggerText({ triggers }: JsonObject): string {
  const list = Array.isArray(triggers) ? triggers.filter(isObject) : [];
  return list
    .map(({ kind, words }) => (Array.isArray(words) ? words.join(", ") : String(kind ?? "")))
    .join(" · ");
}

function plain(value: unknown): string {
  if (value === undefined || value === null) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}
