import { fail } from "../engine/step.ts";
import { defineFields, output, template, text } from "../fields/define_fields.ts";
import { RETRIES } from "../request/request_fields.ts";
import { REST_REQUEST, restRequest } from "../request/rest_request.ts";
import { sendRequest } from "../request/send_request.ts";
import { storeResponse } from "../request/store_response.ts";
import { defineNode } from "./define_node.ts";

const ANSWER = defineFields({
  apiResponsePath: text("What of the answer is kept: `data.items[0].name`. All of it by default."),
  apiFilterField: text("Of a list, only items are kept whose field of this name equals `apiFilterValue`."),
  apiFilterValue: template("Compared as text."),
  apiOutputVariable: output("Receives what is kept of the answer."),
  apiErrorVariable: output("Receives what went wrong."),
});

export const restApi = defineNode({
  kind: "rest_api",
  about:
    "Sends an HTTP request and waits for the answer; the run is stored before. Values are put into parsed pieces, never into the text of the request. Private addresses are refused (`HTTP_ALLOWED_HOSTS`).",
  fields: { ...REST_REQUEST, ...RETRIES, ...ANSWER },
  numberedAs: "rest_api",
  results: { data: "what is kept of the answer", status: "its status", error: "what went wrong" },
  exits: [
    { handle: "success", label: "an answer with a status of 2xx" },
    { handle: "error", label: "any other answer, or none" },
  ],
  decides: true,
  enter(turn, node) {
    const request = restRequest(turn, node);
    return request ? sendRequest(turn, node, request) : fail(`missing_url: rest_api ${node.id}`);
  },
  receive(turn, node, event) {
    if (event.kind !== "http_result") return null;
    const { data } = node;
    const selection = {
      path: ANSWER.apiResponsePath.of(data),
      filterField: ANSWER.apiFilterField.of(data),
      filterValue: turn.fillPlain(node, ANSWER.apiFilterValue.of(data)),
    };
    const names = { output: ANSWER.apiOutputVariable.of(data), error: ANSWER.apiErrorVariable.of(data) };
    return storeResponse(turn, node, event.result, selection, names);
  },
});
