import { isObject, type Json, type JsonObject } from "../../base/json/json.ts";
import type { HttpBody, HttpRequest } from "../engine/request.ts";
import type { Turn } from "../engine/turn.ts";
import {
  body as bodyField,
  choice,
  defineFields,
  headers as headersField,
  parameters,
  secret,
  template,
  url as urlField,
} from "../fields/define_fields.ts";
import type { Field } from "../fields/field.ts";
import type { GraphNode } from "../graph/graph.ts";
import { plainText } from "../text/display.ts";
import { fillJson, fillNestedJson } from "./json_template.ts";
import { timeout } from "./request_fields.ts";
import { fillUrl } from "./url.ts";

const JSON_TYPE = "application/json";
const FORM_TYPE = "application/x-www-form-urlencoded";
const MULTIPART_TYPE = "multipart/form-data";

/** The fields of a `rest_api` node that make up its request. */
export const REST_REQUEST = defineFields({
  apiUrl: urlField("The URL.", { required: "missing_url" }),
  apiMethod: choice("The HTTP method.", ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"]),
  apiHeaders: headersField("The headers, as name → value."),
  apiQueryParams: parameters("The query parameters, as name → value."),
  apiBody: bodyField("The body: JSON or any other text. An empty body is not sent."),
  apiContentType: choice("The encoding of the body.", [JSON_TYPE, FORM_TYPE, MULTIPART_TYPE]),
  apiAuthType: choice("The type of authentication.", ["none", "bearer", "basic", "api_key"]),
  apiAuthToken: secret(
    "For `bearer`: the token. Like all secrets it is never exported; a data source is a better place for it.",
  ),
  apiAuthUsername: secret("For `basic`: the user name."),
  apiAuthPassword: secret("For `basic`: the password."),
  apiAuthKeyName: template(
    "For `api_key`: the name; defaults to `X-API-Key` in a header and `api_key` in the query.",
  ),
  apiAuthKeyValue: secret("For `api_key`: the key."),
  apiAuthKeyLocation: choice("For `api_key`: where the key is sent.", ["header", "query"]),
  apiTimeout: timeout(),
});

/** The request that the fields of {@link REST_REQUEST} describe, with all variables filled. Null without a URL. */
export function restRequest(turn: Turn, node: GraphNode): HttpRequest | null {
  const { data } = node;
  const { url, query } = fillUrl(turn, node, REST_REQUEST.apiUrl.of(data));
  if (url === "") return null;
  const headers = fillPairs(turn, node, REST_REQUEST.apiHeaders.of(data));
  query.push(...fillPairs(turn, node, REST_REQUEST.apiQueryParams.of(data)));
  authenticate(turn, node, headers, query);

  // A content type among the headers takes precedence over apiContentType.
  const written = headers.find(([name]) => name.toLowerCase() === "content-type")?.[1];
  const contentType = written ?? REST_REQUEST.apiContentType.of(data);
  const body = fillBody(turn, node, REST_REQUEST.apiBody.of(data), contentType);
  // The encoder of the multipart body sets its content type, which contains the boundary.
  const sent = headers.filter(
    ([name]) => body?.kind !== "multipart" || name.toLowerCase() !== "content-type",
  );
  if (body?.kind === "text" && written === undefined) sent.push(["Content-Type", contentType]);

  const method = REST_REQUEST.apiMethod.of(data).toUpperCase();
  return {
    target: { kind: "url" },
    method: REST_REQUEST.apiMethod.options?.includes(method) ? method : "GET",
    url,
    query,
    headers: sent.map(([name, value]) => [name, oneLine(value)]),
    body,
    timeoutMs: REST_REQUEST.apiTimeout.of(data),
  };
}

/** Names with their filled values. */
export function fillPairs(turn: Turn, node: GraphNode, pairs: JsonObject): [string, string][] {
  return Object.entries(pairs)
    .filter(([name, value]) => name !== "" && value != null)
    .map(([name, value]) => [name, fillNestedJson(turn, node, plainText(value as Json))]);
}

/** Adds the credentials for `apiAuthType` to the headers or the query. */
function authenticate(
  turn: Turn,
  node: GraphNode,
  headers: [string, string][],
  query: [string, string][],
): void {
  const filled = (field: Field<string>) => turn.fillPlain(node, field.of(node.data));
  switch (REST_REQUEST.apiAuthType.of(node.data)) {
    case "bearer":
      headers.push(["Authorization", `Bearer ${filled(REST_REQUEST.apiAuthToken)}`]);
      break;
    case "basic":
      headers.push([
        "Authorization",
        `Basic ${base64(`${filled(REST_REQUEST.apiAuthUsername)}:${filled(REST_REQUEST.apiAuthPassword)}`)}`,
      ]);
      break;
    case "api_key": {
      const isInQuery = REST_REQUEST.apiAuthKeyLocation.of(node.data) === "query";
      const name = filled(REST_REQUEST.apiAuthKeyName) || (isInQuery ? "api_key" : "X-API-Key");
      (isInQuery ? query : headers).push([name, filled(REST_REQUEST.apiAuthKeyValue)]);
    }
  }
}

/** Encodes JSON as the content type requires; any other text is sent unchanged, except that values are encoded for a form. */
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

/** Replaces control characters: a line break in a value would start another header. */
function oneLine(value: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is replaced.
  return value.replace(/[\u0000-\u001f\u007f]+/g, " ").trim();
}
