import type { HttpResult } from "../chatbot/engine/event.ts";
import type { HttpRequest } from "../chatbot/engine/request.ts";
import type { GuardedFetch } from "../http/guarded/guarded_fetch.ts";
import { askCalendar } from "./ask_calendar.ts";
import type { GoogleTools } from "./google_token.ts";
import { prepareDataSourceRequest } from "./prepare_data_source_request.ts";
import type { Caller } from "./prepared_request.ts";
import { sendHttpRequest } from "./send_http_request.ts";

/** What sending a graph's requests needs. */
export type RequestTools = GoogleTools & {
  /** For addresses that tenants configured. */
  guarded: GuardedFetch;
};

/**
 * Sends a request of a graph, after adding the real address and the credentials that its target stands for. Throws only
 * errors of Parley's database.
 */
export async function makeRequest(
  caller: Caller,
  request: HttpRequest,
  tools: RequestTools,
): Promise<HttpResult> {
  const { target } = request;
  switch (target.kind) {
    case "url":
      return sendHttpRequest(request, tools.guarded);
    case "data_source":
    case "data_source_connection": {
      const prepared = await prepareDataSourceRequest(caller, { ...request, target }, tools);
      return prepared.kind === "failure"
        ? prepared
        : prepared.finish(await sendHttpRequest(prepared.request, tools.guarded));
    }
    case "google_calendar":
      return askCalendar(caller, { ...request, target }, tools);
    default:
      return target satisfies never;
  }
}
