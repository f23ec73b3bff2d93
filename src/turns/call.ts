import type { Waiting } from "../chatbot/context.ts";
import type { HttpRequest } from "../chatbot/effect.ts";
import type { ChatbotEvent, HttpResult } from "../chatbot/event.ts";
import type { Json } from "../chatbot/json.ts";
import { storable } from "../chatbot/storable.ts";
import type { GuardedFetch } from "../http/guarded_fetch.ts";
import { parseJson } from "../webhooks/sanitize.ts";
import { type AiTools, askModel } from "./ask_model.ts";
import { aimCalendar } from "./calendar_target.ts";
import { aimDataSource } from "./data_source_target.ts";
import { encodeRequest } from "./encode_request.ts";
import type { Aim } from "./target.ts";

export type CallTools = AiTools & {
  /** For addresses that the operator configured: these may be private. */
  trusted: GuardedFetch;
};

type ResultEvent = Extract<ChatbotEvent, { kind: "http_result" | "ai_result" }>;

/** Makes the call a run waits for; null when it waits for something else. Throws only when our own database does. */
export async function callFor(
  contextId: string,
  waiting: Waiting | null,
  tools: CallTools,
): Promise<ResultEvent | null> {
  switch (waiting?.kind) {
    case "http": {
      const aim = await aimOf(contextId, waiting.request, tools);
      const result = aim.kind === "failure" ? aim : aim.finish(await call(aim.request, aim.fetch));
      return { kind: "http_result", requestId: waiting.requestId, result };
    }
    case "ai": {
      const result = await askModel(contextId, waiting.request, tools);
      return { kind: "ai_result", requestId: waiting.requestId, result };
    }
    default:
      return null;
  }
}

async function aimOf(contextId: string, request: HttpRequest, tools: CallTools): Promise<Aim> {
  const { target } = request;
  switch (target.kind) {
    case "url":
      return { kind: "aimed", request, fetch: tools.guarded, finish: (result) => result };
    case "data_source":
    case "data_source_connection":
      return aimDataSource(contextId, { ...request, target }, tools);
    case "google_calendar":
      return aimCalendar(contextId, { ...request, target }, tools);
    default:
      return target satisfies never;
  }
}

/** Makes one request. Never throws. */
export async function call(request: HttpRequest, fetch: GuardedFetch): Promise<HttpResult> {
  const began = performance.now();
  const reply = await fetch.fetch(encodeRequest(request));
  const durationMs = Math.round(performance.now() - began);
  switch (reply.kind) {
    case "response": {
      const body = bodyOf(reply.contentType, reply.body);
      return { kind: "response", status: reply.status, body, durationMs };
    }
    case "refused": {
      const reason = reply.reason === "too_large" ? "too_large" : "blocked";
      return { kind: "failure", reason, message: reply.reason, durationMs };
    }
    case "failed": {
      const reason = reply.reason === "timeout" ? "timeout" : "network";
      return { kind: "failure", reason, message: reply.reason, durationMs };
    }
    default:
      return reply satisfies never;
  }
}

/** As `jsonb` can hold it, whatever the other side sent: a result that cannot be stored would never arrive. */
function bodyOf(contentType: string, body: Buffer): Json {
  if (body.length === 0) return null;
  try {
    if (/json/i.test(contentType)) return storable(parseJson(body));
  } catch {
    // Then it is text.
  }
  return storable(body.toString("utf8"));
}
