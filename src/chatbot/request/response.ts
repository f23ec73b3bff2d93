import { isObject, type Json, own } from "../../base/json/json.ts";
import type { HttpResult } from "../engine/event.ts";
import { cut } from "../text/cut.ts";
import { plainText } from "../text/display.ts";
import { parsePath, walkPath } from "../text/path.ts";

/** What of a response is kept. */
export type Selection = {
  /** Dots and brackets into the body: `data.items[0].name`, with or without `$.` before it. */
  path: string;
  /** Keep the items of an array whose field, a path too, equals `filterValue` as text. */
  filterField: string;
  filterValue: string;
};

/** True for an answer of 2xx. */
export function isSuccess(result: HttpResult): result is Extract<HttpResult, { kind: "response" }> {
  return result.kind === "response" && result.status >= 200 && result.status < 300;
}

/** The part of a body that a selection names; null where there is none. */
export function selectFrom(body: Json, { path, filterField, filterValue }: Selection): Json {
  const part = walkPath(body, parsePath(path.replace(/^\s*\$/, ""))) ?? null;
  if (filterField === "" || !Array.isArray(part)) return part;
  const field = parsePath(filterField);
  return part.filter((item) => {
    const value = walkPath(item, field);
    return value != null && plainText(value) === filterValue;
  });
}

/** What went wrong, for a person: the answer's own words where it has some. */
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
