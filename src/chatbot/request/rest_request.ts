import { numberField, objectField, textField } from "../../base/json/fields.ts";
import { isObject, type Json, type JsonObject } from "../../base/json/json.ts";
import type { HttpBody, HttpRequest } from "../engine/effect.ts";
import type { Turn } from "../engine/turn.ts";
import type { GraphNode } from "../graph/graph.ts";
import { plainText } from "../text/display.ts";
import { fillJson, fillNestedJson } from "./json_template.ts";
import { fillUrl } from "./url.ts";

const JSON_TYPE = "application/json";
const FORM_TYPE = "application/x-www-form-urlencoded";
const MULTIPART_TYPE = "multipart/form-data";
const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"];

/** Milliseconds a call may take, unless the node says otherwise; and the most it may say. */
const DEFAULT_TIMEOUT = 30_000;
const LONGEST_TIMEOUT = 120_000;

/** The request of a `rest_api` node, every value in place. Null without a URL. Fields: see `nodes/rest_api.ts`. */
export function restRequest(turn: Turn, node: GraphNode): HttpRequest | null {
  const { data } = node;
  const { url, query } = fillUrl(turn, node, textField(data, "apiUrl"));
  if (url === "") return null;
  const headers = fillPairs(turn, node, objectField(data, "apiHeaders"));
  query.push(...fillPairs(turn, node, objectField(data, "apiQueryParams")));
  authenticate(turn, node, headers, query);

  // A content type among the headers is the author's last word.
  const written = headers.find(([name]) => name.toLowerCase() === "content-type")?.[1];
  const contentType = written ?? (textField(data, "apiContentType") || JSON_TYPE);
  const body = fillBody(turn, node, textField(data, "apiBody"), contentType);
  // Boundaries belong to whoever encodes the form.
  const sent = headers.filter(
    ([name]) => body?.kind !== "multipart" || name.toLowerCase() !== "content-type",
  );
  if (body?.kind === "text" && written === undefined) sent.push(["Content-Type", contentType]);

  const method = textField(data, "apiMethod").toUpperCase();
  return {
    target: { kind: "url" },
    method: METHODS.includes(method) ? method : "GET",
    url,
    query,
    headers: sent.map(([name, value]) => [name, oneLine(value)]),
    body,
    timeoutMs: timeoutOf(data, "apiTimeout"),
  };
}

export function timeoutOf(data: JsonObject, field: string): number {
  return Math.min(Math.max(numberField(data, field) ?? DEFAULT_TIMEOUT, 100), LONGEST_TIMEOUT);
}

/** Names with their filled values. */
export function fillPairs(turn: Turn, node: GraphNode, pairs: JsonObject): [string, string][] {
  return Object.entries(pairs)
    .filter(([name, value]) => name !== "" && value != null)
    .map(([name, value]) => [name, fillNestedJson(turn, node, plainText(value as Json))]);
}

/** Adds what `apiAuthType` asks for to the headers, or to the query. */
function authenticate(
  turn: Turn,
  node: GraphNode,
  headers: [string, string][],
  query: [string, string][],
): void {
  const field = (name: string) => turn.fillPlain(node, textField(node.data, name));
  switch (textField(node.data, "apiAuthType")) {
    case "bearer":
      headers.push(["Authorization", `Bearer ${field("apiAuthToken")}`]);
      break;
    case "basic":
      headers.push([
        "Authorization",
        `Basic ${base64(`${field("apiAuthUsername")}:${field("apiAuthPassword")}`)}`,
      ]);
      break;
    case "api_key": {
      const isInQuery = textField(node.data, "apiAuthKeyLocation") === "query";
      const name = field("apiAuthKeyName") || (isInQuery ? "api_key" : "X-API-Key");
      (isInQuery ? query : headers).push([name, field("apiAuthKeyValue")]);
    }
  }
}

/** JSON becomes what the content type asks for; any other text is sent as it is, its values encoded for a form. */
function fillBody(turn: Turn, node: GraphNode, template: string, contentType: string): HttpBody | null {
  if (template.trim() === "") return null;
  const type = contentType.toLowerCase();
  const value = fillJson(turn, node, template);
  if (type.startsWith(MULTIPART_TYPE)) return { kind: "multipart", fields: fieldsOf(value) };
  if (type.startsWith(FORM_TYPE)) {
    return isObject(value)
      ? { kind: "form", fields: fieldsOf(value) }
      : { kind: "text", text: turn.fillPlain(node, template, encodeURIComponent) };
  }
  return value === undefined
    ? { kind: "text", text: turn.fillPlain(node, template) }
    : { kind: "json", value };
}

function fieldsOf(value: Json | undefined): [string, string][] {
  if (!isObject(value)) return [];
  return Object.entries(value).map(([name, field]) => [name, plainText(field ?? null)]);
}

function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}

/** A header cannot hold a line break; a value with one would start a header of its own. */
function oneLine(value: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must go.
  return value.replace(/[\u0000-\u001f\u007f]+/g, " ").trim();
}
