import { objectField, textField } from "../../base/json/fields.ts";
import type { HttpRequest } from "../engine/effect.ts";
import type { HttpResult } from "../engine/event.ts";
import { fail, type Step } from "../engine/step.ts";
import type { Turn } from "../engine/turn.ts";
import type { GraphNode } from "../graph/graph.ts";
import { call } from "../request/call.ts";
import { fillJson } from "../request/json_template.ts";
import type { Selection } from "../request/response.ts";
import { fillPairs, timeoutOf } from "../request/rest_request.ts";
import { storeResponse } from "../request/store_response.ts";
import { fillUrl } from "../request/url.ts";

/**
 * Calls a stored data source, whose address and credentials stay outside the graph.
 *
 * - `connectionId`: a stored connection, with its method, path and defaults; its data key and transformation are
 *   applied before the answer comes here. Or `dataSourceId` with `endpoint`, a path below its base URL, and `method`.
 * - `parameters`: name → value, interpolated; overlay the connection's. `body`: JSON text, likewise.
 * - `timeout`: milliseconds. `responsePath`, `filterField`, `filterValue`: what of the answer is kept.
 * - `outputVariable`, `errorVariable`: receive it, besides `data_source_N.data`, `.status` and `.error`.
 *
 * Exits: `success`, `error`.
 */
export function enterDataSource(turn: Turn, node: GraphNode): Step {
  const { data } = node;
  const connectionId = textField(data, "connectionId");
  const dataSourceId = textField(data, "dataSourceId");
  if (connectionId === "" && dataSourceId === "") return fail(`missing_data_source: data_source ${node.id}`);
  const { url, query } = fillUrl(turn, node, textField(data, "endpoint"));
  const value = fillJson(turn, node, textField(data, "body"));
  const request: HttpRequest = {
    target:
      connectionId !== ""
        ? { kind: "data_source_connection", connectionId }
        : { kind: "data_source", dataSourceId },
    method: textField(data, "method").toUpperCase() || "GET",
    url,
    query: [...query, ...fillPairs(turn, node, objectField(data, "parameters"))],
    headers: [],
    body: value === undefined ? null : { kind: "json", value },
    timeoutMs: timeoutOf(data, "timeout"),
  };
  return call(turn, node, request);
}

export function receiveDataSource(turn: Turn, node: GraphNode, result: HttpResult): Step {
  const selection: Selection = {
    path: textField(node.data, "responsePath"),
    filterField: textField(node.data, "filterField"),
    filterValue: turn.fillPlain(node, textField(node.data, "filterValue")),
  };
  const names = {
    output: textField(node.data, "outputVariable"),
    error: textField(node.data, "errorVariable"),
  };
  return storeResponse(turn, node, result, selection, names);
}
