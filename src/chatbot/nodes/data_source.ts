import type { HttpRequest } from "../engine/request.ts";
import { fail } from "../engine/step.ts";
import {
  body,
  defineFields,
  output,
  parameters,
  reference,
  template,
  text,
  url,
} from "../fields/define_fields.ts";
import { fillJson } from "../request/json_template.ts";
import { HTTP_EXITS, HTTP_RESULTS, RETRIES, timeout } from "../request/request_fields.ts";
import { fillPairs } from "../request/rest_request.ts";
import { sendRequest } from "../request/send_request.ts";
import { storeResponse } from "../request/store_response.ts";
import { fillUrl } from "../request/url.ts";
import { defineNode } from "./define_node.ts";

const FIELDS = defineFields({
  connectionId: reference(
    "connection",
    "A stored connection, with its method, path and defaults. The connection's data key and transformation are applied before the node receives the response.",
  ),
  dataSourceId: reference("data_source", "A data source, for a node without a connection.", {
    required: "missing_data_source",
    when: (data): boolean => FIELDS.connectionId.of(data) === "",
  }),
  endpoint: url("A path below the data source's base URL."),
  method: text("The HTTP method.", { default: "GET" }),
  parameters: parameters("The parameters, as name → value. They take precedence over the connection's."),
  body: body("The body: JSON text. It takes precedence over the connection's in the same way."),
  timeout: timeout(),
  responsePath: text(
    "The path of the part of the response that is stored: `data.items[0].name`. Defaults to the whole response.",
  ),
  filterField: text("For a list: only items whose field of this name equals `filterValue` are stored."),
  filterValue: template("The value that `filterField` is compared with, as text."),
  outputVariable: output("The variable that receives the stored part of the response."),
  errorVariable: output("The variable that receives the error message."),
});

export const dataSource = defineNode({
  kind: "data_source",
  about: "Sends a request to a stored data source, whose address and credentials stay outside the graph.",
  fields: { ...FIELDS, ...RETRIES },
  numberedAs: "data_source",
  results: HTTP_RESULTS,
  exits: HTTP_EXITS,
  decides: true,
  enter(turn, node) {
    const { data } = node;
    const connectionId = FIELDS.connectionId.of(data);
    const dataSourceId = FIELDS.dataSourceId.of(data);
    if (connectionId === "" && dataSourceId === "")
      return fail(`missing_data_source: data_source ${node.id}`);
    const { url, query } = fillUrl(turn, node, FIELDS.endpoint.of(data));
    const value = fillJson(turn, node, FIELDS.body.of(data));
    const request: HttpRequest = {
      target:
        connectionId !== ""
          ? { kind: "data_source_connection", connectionId }
          : { kind: "data_source", dataSourceId },
      method: FIELDS.method.of(data).toUpperCase(),
      url,
      query: [...query, ...fillPairs(turn, node, FIELDS.parameters.of(data))],
      headers: [],
      body: value === undefined ? null : { kind: "json", value },
      timeoutMs: FIELDS.timeout.of(data),
    };
    return sendRequest(turn, node, request);
  },
  receive(turn, node, event) {
    if (event.kind !== "http_result") return null;
    const { data } = node;
    const selection = {
      path: FIELDS.responsePath.of(data),
      filterField: FIELDS.filterField.of(data),
      filterValue: turn.fillPlain(node, FIELDS.filterValue.of(data)),
    };
    const names = { output: FIELDS.outputVariable.of(data), error: FIELDS.errorVariable.of(data) };
    return storeResponse(turn, node, event.result, selection, names);
  },
});
