import type { JsonObject } from "../../../base/json/json.ts";
import { integerOf, objectOf, textOf } from "../../../base/json/values.ts";
import type { Read, Scope } from "./read_scope.ts";

/** An element of `value.errors`, which come beside messages or alone. */
export function readError(error: JsonObject, scope: Scope): Read {
  return [
    {
      kind: "provider_error",
      ...scope.source,
      code: integerOf(error.code),
      message: errorText(error),
      details: error,
    },
  ];
}

/** The most telling sentence of a Graph API error object, in its present or legacy shape. */
export function errorText(error: JsonObject): string | null {
  const details = objectOf(error.error_data)?.details ?? error.details;
  return textOf(details) ?? textOf(error.message) ?? textOf(error.title);
}
