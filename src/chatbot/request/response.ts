import { isObject, type Json, own } from "../../base/json/json.ts";
import type { HttpResult } from "../engine/event.ts";
import { cut } from "../text/cut.ts";
import { plainText } from "../text/display.ts";
import { parsePath, walkPath } from "../text/path.ts";

/** Which part of a response is stored. */
export type Selection = {
  /** A path into the body with dots and brackets: `data.items[0].name`, optionally preceded by `$.`. */
  path: string;
  /** A path within the items of a list: only items whose value, as text, equals `filterValue` are stored. */
  filterField: string;
  filterValue: string;
};

/** Whether a result is a response with a status of 2xx. */
export function isSuccess(result: HttpResult): result is Extract<HttpResult, { kind: "response" }> {
  return result.kind === "response" && result.status >= 200 && result.status < 300;
}

/** The part of a body that a selection selects; null where it does not exist. */
export function selectFrom(body: Json, { path, filterField, filterValue }: Selection): Json {
  const part = walkPath(body, parsePath(path.replace(/^\s*\$/, ""))) ?? null;
  if (filterField === "" || !Array.isArray(part)) return part;
  const field = parsePath(filterField);
  return part.filter((item) => {
    const value = walkPath(item, field);
    return value != null && plainText(value) === filterValue;
  });
}

/** Why a request failed, for people: the error message of the response, where it has one. */
export function errorMessage(result: HttpResult): string {
  if (result.kind === "failure") return result.message || result.reason;
  const { body, status } = result;
  if (isObject(body)) {
    const message = own(body, "message") ?? own(body, "error");
    if (typeof message === "string" && message !== "") return message;
    const nested = isObject(message) ? own(message, "message") : undefined;
    if (typeof nested === "string" && nested !== "") return nested;
  }
  return body === null || body === "" ? `HTTP ${status}` : cut(plainText(body), 500);
}
