import { fail } from "../engine/step.ts";
import { defineFields, output, template, text } from "../fields/define_fields.ts";
import { HTTP_EXITS, HTTP_RESULTS, RETRIES } from "../request/request_fields.ts";
import { REST_REQUEST, restRequest } from "../request/rest_request.ts";
import { sendRequest } from "../request/send_request.ts";
import { storeResponse } from "../request/store_response.ts";
import { defineNode } from "./define_node.ts";

const ANSWER = defineFields({
  apiResponsePath: text(
    "The path of the part of the response that is stored: `data.items[0].name`. Defaults to the whole response.",
  ),
  apiFilterField: text("For a list: only items whose field of this name equals `apiFilterValue` are stored."),
  apiFilterValue: template("The value that `apiFilterField` is compared with, as text."),
  apiOutputVariable: output("The variable that receives the stored part of the response."),
  apiErrorVariable: output("The variable that receives the error message."),
});

export const restApi = defineNode({
  kind: "rest_api",
  about:
    "Sends an HTTP request and waits for the response; the run is stored before. Variables are filled into the parsed parts of the request, so that a value cannot change its structure. Private addresses are refused (`HTTP_ALLOWED_HOSTS`).",
  fields: { ...REST_REQUEST, ...RETRIES, ...ANSWER },
  numberedAs: "rest_api",
  results: HTTP_RESULTS,
  exits: HTTP_EXITS,
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
