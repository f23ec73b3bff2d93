import type { JsonObject } from "../json.ts";
import type { BusinessNumber } from "../numbers.ts";

/** One update about a number: an element of `messages[]` or `statuses[]`, or a whole `value`. */
export type Update =
  | { kind: "message"; number: BusinessNumber; contact: JsonObject | undefined; message: JsonObject }
  | { kind: "status"; number: BusinessNumber; contact: JsonObject | undefined; status: JsonObject }
  | { kind: "field"; number: BusinessNumber; field: string; value: JsonObject };

/** Webhooks count time in whole seconds, written as a string. */
export function toTimestamp(milliseconds: number): string {
  return String(Math.floor(milliseconds / 1000));
}
