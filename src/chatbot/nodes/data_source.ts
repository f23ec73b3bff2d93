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
import { RETRIES, timeout } from "../request/request_fields.ts";
import { fillPairs } from "../request/rest_request.ts";
import { sendRequest } from "../request/send_request.ts";
import { storeResponse } from "../request/store_response.ts";
import { fillUrl } from "../request/url.ts";
import { defineNode } from "./define_node.ts";

const FIELDS = defineFields({
  connectionId: reference(
    "connection",
    "A stored connection, with its method, path and defaults. Its data key and transformation are applied before the node sees the answer.",
  ),
  dataSourceId: reference("data_source", "A data source, for a node without a connection.", {
    required: "missing_data_source",
    when: (data): boolean => FIELDS.connectionId.of(data) === "",
  }),
  endpoint: url("A path below the data source's base URL."),
  method: text("The method.", { default: "GET" }),
  parameters: parameters("Name → value; they take precedence over the connection's."),
  body: body("JSON text, as `parameters`."),
  timeout: timeout(),
  responsePath: text("What of the answer is kept: `data.items[0].name`. All of it by default."),
  filterField: text("Of a list, only items are kept whose field of this name equals `filterValue`."),
  filterValue: template("Compared as text."),
  outputVariable: output("Receives what is kept of the answer."),
  errorVariable: output("Receives what went wrong."),
});

export const dataSource = defineNode({
  kind: "data_source",
  about: "Sends a request to a stored data source, whose address and credentials stay outside the graph.",
  fields: { ...FIELDS, ...RETRIES },
  numberedAs: "data_source",
  results: { data: "what is kept of the answer", status: "its status", error: "what went wrong" },
  exits: [
    { handle: "success", label: "an answer with a status of 2xx" },
    { handle: "error", label: "any other answer, or none" },
  ],
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
