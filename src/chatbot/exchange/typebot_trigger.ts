import { listField, numberField, objectField, textField } from "../../base/json/fields.ts";
import { isObject, type JsonObject } from "../../base/json/json.ts";
import { type Problem, warning } from "../validation/problem.ts";
import { bareRegex } from "./typebot_condition.ts";

const MATCHES: { [operator: string]: string } = {
  "Equal to": "exact",
  Contains: "contains",
  "Starts with": "regex",
  "Matches regex": "regex",
};

const DEFAULT_EXPIRY_HOURS = 4;

/** The start condition and the session timeout from the Typebot's WhatsApp settings. */
export function whatsAppSettings(file: JsonObject): {
  triggers: JsonObject[];
  settings: JsonObject;
  problems: Problem[];
} {
  const whatsApp = objectField(objectField(file, "settings"), "whatsApp");
  const condition = objectField(whatsApp, "startCondition");
  const comparisons = listField(condition, "comparisons").filter(isObject);
  const triggers = comparisons.flatMap((comparison): JsonObject[] => {
    const operator = textField(comparison, "comparisonOperator");
    const value = textField(comparison, "value");
    const match = Object.hasOwn(MATCHES, operator) ? (MATCHES[operator] as string) : "";
    if (match === "" || value === "") return [];
    const word = operator === "Starts with" ? `^${escaped(value)}` : bareRegex(value, operator);
    return [{ kind: "keyword", words: [word], match }];
  });
  const isAll = comparisons.length > 1 && textField(condition, "logicalOperator") !== "OR";
  const problems =
    isAll || triggers.length < comparisons.length
      ? [
          warning(
            "start_condition",
            null,
            "The start condition is imported only in part: check the triggers of the start node.",
          ),
        ]
      : [];
  const hours = numberField(whatsApp, "sessionExpiryTimeout") ?? DEFAULT_EXPIRY_HOURS;
  return { triggers, settings: { sessionExpirySeconds: Math.round(hours * 3600) }, problems };
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}
