import type { JsonObject } from "../../../base/json/json.ts";
import { objectOf, textOf } from "../../../base/json/values.ts";
import { NO_TABLE, other, type Read, type Scope } from "./read_scope.ts";

/** An element of `value.errors`, which come beside messages or alone: of the app, account or system. */
export function readError(_error: JsonObject, scope: Scope): Read {
  return [other(scope.source, NO_TABLE, "provider_error")];
}

/** The most telling sentence of a Graph API error object, in its present or legacy shape. */
export function errorText(error: JsonObject): string | null {
  const details = objectOf(error.error_data)?.details ?? error.details;
  return textOf(details) ?? textOf(error.message) ?? textOf(error.title);
}
