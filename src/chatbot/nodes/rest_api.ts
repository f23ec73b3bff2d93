import { textField } from "../../base/json/fields.ts";
import type { HttpResult } from "../engine/event.ts";
import { fail, type Step } from "../engine/step.ts";
import type { Turn } from "../engine/turn.ts";
import type { GraphNode } from "../graph/graph.ts";
import { call } from "../request/call.ts";
import type { Selection } from "../request/response.ts";
import { restRequest } from "../request/rest_request.ts";
import { storeResponse } from "../request/store_response.ts";

/**
 * Calls an API and waits for its answer. Values are substituted in parsed pieces, never in the text of the request.
 *
 * - `apiUrl`, `apiMethod` (GET), `apiHeaders`, `apiQueryParams`: interpolated.
 * - `apiBody`: JSON text or any other; `apiContentType`: JSON by default, a form, multipart.
 * - `apiAuthType`: `none`, `bearer` (`apiAuthToken`), `basic` (`apiAuthUsername`, `apiAuthPassword`), `api_key`
 *   (`apiAuthKeyName`, `apiAuthKeyValue`, `apiAuthKeyLocation` `header` or `query`).
 * - `apiTimeout`: milliseconds, 30 s by default; `apiRetries`: further attempts of a GET, 2 by default.
 * - `apiResponsePath`, then `apiFilterField` and `apiFilterValue`: what of the answer is kept.
 * - `apiOutputVariable`, `apiErrorVariable`: receive it, besides `rest_api_N.data`, `.status` and `.error`.
 *
 * Exits: `success`, `error`.
 */
export function enterRestApi(turn: Turn, node: GraphNode): Step {
  const request = restRequest(turn, node);
  return request ? call(turn, node, request) : fail(`missing_url: rest_api ${node.id}`);
}

export function receiveRestApi(turn: Turn, node: GraphNode, result: HttpResult): Step {
  const selection: Selection = {
    path: textField(node.data, "apiResponsePath"),
    filterField: textField(node.data, "apiFilterField"),
    filterValue: turn.fillPlain(node, textField(node.data, "apiFilterValue")),
  };
  const names = {
    output: textField(node.data, "apiOutputVariable"),
    error: textField(node.data, "apiErrorVariable"),
  };
  return storeResponse(turn, node, result, selection, names);
}
