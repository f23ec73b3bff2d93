import type { HttpResult } from "../chatbot/engine/event.ts";
import type { HttpRequest } from "../chatbot/engine/request.ts";
import type { GuardedFetch } from "../http/guarded/guarded_fetch.ts";
import { askCalendar } from "./ask_calendar.ts";
import { call } from "./call.ts";
import { aimDataSource } from "./data_source_target.ts";
import type { GoogleTools } from "./google_token.ts";
import type { Caller } from "./target.ts";

/** What a graph's requests are made with. */
export type RequestTools = GoogleTools & {
  /** For addresses that customers configured. */
  guarded: GuardedFetch;
};

/** Makes a request of a graph's: finds its real address and credentials, and asks. Throws only when our own database does. */
export async function makeRequest(
  caller: Caller,
  request: HttpRequest,
  tools: RequestTools,
): Promise<HttpResult> {
  const { target } = request;
  switch (target.kind) {
    case "url":
      return call(request, tools.guarded);
    case "data_source":
    case "data_source_connection": {
      const aim = await aimDataSource(caller, { ...request, target }, tools);
      return aim.kind === "failure" ? aim : aim.finish(await call(aim.request, tools.guarded));
    }
    case "google_calendar":
      return askCalendar(caller, { ...request, target }, tools);
    default:
      return target satisfies never;
  }
}
