import { listField, textField } from "../../base/json/fields.ts";
import { isObject, type JsonObject } from "../../base/json/json.ts";
import type { FlowFacts } from "./version.ts";

/** What the engine needs to know of a Flow, from its state at the provider and its Flow JSON. */
export function flowFacts(status: string, flowJson: JsonObject): FlowFacts {
  const [first] = listField(flowJson, "screens").filter(isObject);
  return { status, firstScreen: (first && textField(first, "id")) || null };
}
