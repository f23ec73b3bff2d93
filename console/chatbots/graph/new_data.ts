import type { JsonObject } from "./draft.ts";
import type { Kind } from "./kind.ts";

/** What makes a node of a kind useful from the start, beyond the defaults of its fields. */
const FIRST: Readonly<Record<string, JsonObject>> = {
  message: { content: "" },
  question: { questionType: "text", content: "", variable: "" },
  condition: {
    conditionGroup: { logicalOperator: "AND", conditions: [{ variable: "", operator: "eq", value: "" }] },
  },
  ab_split: {
    variants: [
      { id: "a", weight: 1 },
      { id: "b", weight: 1 },
    ],
  },
  delay: { delay: 5, delayUnit: "minutes" },
};

/** The data of a new node. */
export function newData(kind: Kind | undefined): JsonObject {
  return structuredClone(FIRST[kind?.kind ?? ""] ?? {});
}
