import { objectField, textField } from "../base/json/fields.ts";
import { isObject, type Json, type JsonObject } from "../base/json/json.ts";
import type { HttpResult } from "../chatbot/engine/event.ts";
import type { HttpBody, HttpRequest, HttpTarget } from "../chatbot/engine/request.ts";
import { parsePath, walkPath } from "../chatbot/text/path.ts";
import { resolve } from "../chatbot/text/variables.ts";
import type { Db } from "../database/db.ts";
import { dataSourceToken } from "../secrets/data_source_token.ts";
import type { KeyRing } from "../secrets/key_ring.ts";
import { below, type Caller, notConnected, type PreparedRequest } from "./prepared_request.ts";

type Target = Extract<HttpTarget, { kind: "data_source" | "data_source_connection" }>;
type Tools = { pool: Db; keyRing: KeyRing };

/** What app_private.chatbot_data_source() returns. */
type SourceRow = {
  id: string;
  type: "rest_api" | "strapi" | "graphql";
  base_url: string;
  auth_type: "none" | "bearer" | "api_key" | "basic";
  auth_header_name: string | null;
  headers: JsonObject;
  timeout_ms: number;
  auth_token: string | null;
  connection: JsonObject | null;
};

/** Prepares a request to a data source, or to one of its connections: address, authentication, defaults, transformation. */
export async function prepareDataSourceRequest(
  { tenantId, variables }: Caller,
  request: HttpRequest & { target: Target },
  { pool, keyRing }: Tools,
): Promise<PreparedRequest> {
  const { target } = request;
  const isConnection = target.kind === "data_source_connection";
  const { rows } = await pool.query<SourceRow>("select * from app_private.chatbot_data_source($1, $2, $3)", [
    tenantId,
    isConnection ? null : target.dataSourceId,
    isConnection ? target.connectionId : null,
  ]);
  const [source] = rows;
  if (!source || (isConnection && source.connection === null))
    return notConnected("The data source does not exist or is inactive.");
  const connection = source.connection ?? {};
  const url = below(source.base_url, request.url || textField(connection, "endpoint"));
  if (url === null) return notConnected("The URL must stay below the base URL of the data source.");
  const method = isConnection ? textField(connection, "method").toUpperCase() : request.method;
  const prepared: HttpRequest = {
    ...request,
    target: { kind: "url" },
    method: source.type === "graphql" ? "POST" : method,
    url,
    query: overlaid([...defaults(connection), ...mapped(connection, variables)], request.query),
    headers: [
      ...pairs(source.headers),
      ...request.headers,
      ...authentication(source, dataSourceToken(source, keyRing)),
    ],
    body: bodyOf(connection, request.body, source.type === "graphql" ? "POST" : method),
    timeoutMs: Math.min(request.timeoutMs, source.timeout_ms),
  };
  return { kind: "prepared", request: prepared, finish: (result) => shaped(result, connection) };
}

function authentication(source: SourceRow, token: string | null): [string, string][] {
  if (token === null) return [];
  switch (source.auth_type) {
    case "none":
      return [];
    case "bearer":
      return [["authorization", `Bearer ${token}`]];
    case "basic":
      return [["authorization", `Basic ${Buffer.from(token).toString("base64")}`]];
    case "api_key":
      return [[source.auth_header_name ?? "x-api-key", token]];
    default:
      return source.auth_type satisfies never;
  }
}

function defaults(connection: JsonObject): [string, string][] {
  return pairs(objectField(connection, "default_params"));
}

/** Parameters from the run's variables: `{"brand": "$.brand.id"}`. Of JSONPath, only dots and brackets are supported. */
function mapped(connection: JsonObject, variables: JsonObject): [string, string][] {
  const mapping = pairs(objectField(connection, "param_mapping"));
  return mapping.flatMap(([name, path]): [string, string][] => {
    const value = resolve(variables, path.replace(/^\$\.?/, "").replaceAll(/\[['"]([^'"]+)['"]\]/g, ".$1"));
    return value === undefined || value === null ? [] : [[name, textOf(value)]];
  });
}

/** The node's parameters replace the connection's of the same name. */
function overlaid(before: [string, string][], given: [string, string][]): [string, string][] {
  const last = new Map(before);
  for (const [name] of given) last.delete(name);
  return [...last, ...given];
}

function bodyOf(connection: JsonObject, given: HttpBody | null, method: string): HttpBody | null {
  const stored = connection.default_body ?? null;
  if (method === "GET" || stored === null) return method === "GET" ? null : given;
  if (given === null) return { kind: "json", value: stored };
  if (given.kind !== "json" || !isObject(stored) || !isObject(given.value)) return given;
  return { kind: "json", value: { ...stored, ...given.value } };
}

/** The part of a response that the connection selects (`data_key`), as options where it has a `transform_config`. */
function shaped(result: HttpResult, connection: JsonObject): HttpResult {
  if (result.kind === "failure" || result.status < 200 || result.status > 299) return result;
  const key = textField(connection, "data_key");
  const data = key === "" ? result.body : (walkPath(result.body, parsePath(key)) ?? null);
  const transform = connection.transform_config;
  if (!isObject(transform) || !Array.isArray(data)) return { ...result, body: data };
  const field = (item: JsonObject, name: string): [string, Json][] => {
    const path = textField(transform, name);
    const value = path === "" ? undefined : walkPath(item, parsePath(path));
    return value === undefined || value === null ? [] : [[name.replace("Field", ""), textOf(value)]];
  };
  const options = data
    .filter(isObject)
    .map((item) =>
      Object.fromEntries(["idField", "titleField", "descriptionField"].flatMap((name) => field(item, name))),
    );
  return { ...result, body: options };
}

function pairs(object: JsonObject): [string, string][] {
  return Object.entries(object).flatMap(([name, value]): [string, string][] =>
    value === undefined || value === null ? [] : [[name, textOf(value)]],
  );
}

function textOf(value: Json): string {
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
