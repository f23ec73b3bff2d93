import { isObject, type Json, type JsonObject } from "../../../base/json/json.ts";
import { listOf } from "../../../base/json/values.ts";
import { other, type Read, type Scope } from "./read_scope.ts";
import type { WebhookItem } from "./webhook_item.ts";

/**
 * Reads the elements of a list. Those that yield nothing are kept together, one `other` item for each reason, so that
 * a list of a million zeros stays one row.
 */
export function readList(
  name: string,
  list: Json | undefined,
  scope: Scope,
  read: (element: JsonObject, scope: Scope) => Read,
): WebhookItem[] {
  const items: WebhookItem[] = [];
  const skipped = new Map<string, Json[]>();
  for (const element of listOf(list)) {
    const answer = isObject(element) ? read(element, scope) : "an element that is not an object";
    if (typeof answer === "string") {
      const elements = skipped.get(answer);
      if (elements === undefined) skipped.set(answer, [element]);
      else elements.push(element);
    } else {
      for (const item of answer) items.push(item);
    }
  }
  for (const [reason, elements] of skipped) items.push(other(scope.source, reason, { [name]: elements }));
  return items;
}
