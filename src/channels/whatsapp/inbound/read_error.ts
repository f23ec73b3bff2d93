import type { JsonObject } from "../../../base/json/json.ts";
import { objectOf, textOf } from "../../../base/json/values.ts";
import { NO_TABLE, other, type Read, type Scope } from "./read_scope.ts";

/** Reads an element of `value.errors`: an error of the app, account or system, with or without messages. */
export function readError(_error: JsonObject, scope: Scope): Read {
  return [other(scope.source, NO_TABLE, "provider_error")];
}

/** Returns the most specific text of a Graph API error object, in its current or legacy format. */
export function errorText(error: JsonObject): string | null {
  const details = objectOf(error.error_data)?.details ?? error.details;
  return textOf(details) ?? textOf(error.message) ?? textOf(error.title);
}
