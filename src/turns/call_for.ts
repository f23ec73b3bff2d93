import type { Waiting } from "../chatbot/context.ts";
import type { HttpRequest } from "../chatbot/effect.ts";
import type { ChatbotEvent, HttpResult } from "../chatbot/event.ts";
import { askCalendar } from "./ask_calendar.ts";
import { type AiTools, askModel } from "./ask_model.ts";
import { call } from "./call.ts";
import { aimDataSource } from "./data_source_target.ts";
import type { GoogleTools } from "./google_token.ts";

export type CallTools = AiTools & GoogleTools;

type ResultEvent = Extract<ChatbotEvent, { kind: "http_result" | "ai_result" }>;

/** Makes the call a run waits for; null when it waits for something else. Throws only when our own database does. */
export async function callFor(
  contextId: string,
  waiting: Waiting | null,
  tools: CallTools,
): Promise<ResultEvent | null> {
  switch (waiting?.kind) {
    case "http": {
      const result = await resultOf(contextId, waiting.request, tools);
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

async function resultOf(contextId: string, request: HttpRequest, tools: CallTools): Promise<HttpResult> {
  const { target } = request;
  switch (target.kind) {
    case "url":
      return call(request, tools.guarded);
    case "data_source":
    case "data_source_connection": {
      const aim = await aimDataSource(contextId, { ...request, target }, tools);
      return aim.kind === "failure" ? aim : aim.finish(await call(aim.request, tools.guarded));
    }
    case "google_calendar":
      return askCalendar(contextId, { ...request, target }, tools);
    default:
      return target satisfies never;
  }
}
