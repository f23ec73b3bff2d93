import type { Waiting } from "../chatbot/context.ts";
import type { HttpRequest } from "../chatbot/effect.ts";
import type { ChatbotEvent, HttpResult } from "../chatbot/event.ts";
import type { Json } from "../chatbot/json.ts";
import type { GuardedFetch } from "../http/guarded_fetch.ts";
import { parseJson } from "../webhooks/sanitize.ts";
import { encodeRequest } from "./encode_request.ts";

type ResultEvent = Extract<ChatbotEvent, { kind: "http_result" | "ai_result" }>;

/** Makes the call a run waits for; null when it waits for something else. Never throws. */
export async function callFor(waiting: Waiting | null, guarded: GuardedFetch): Promise<ResultEvent | null> {
  if (waiting?.kind === "http")
    return {
      kind: "http_result",
      requestId: waiting.requestId,
      result: await call(waiting.request, guarded),
    };
  if (waiting?.kind === "ai")
    return {
      kind: "ai_result",
      requestId: waiting.requestId,
      result: notConnected("no language model is connected"),
    };
  return null;
}

async function call(request: HttpRequest, guarded: GuardedFetch): Promise<HttpResult> {
  if (request.target.kind !== "url") return notConnected(`no ${request.target.kind} is connected`);
  const began = performance.now();
  const reply = await guarded.fetch(encodeRequest(request));
  const durationMs = Math.round(performance.now() - began);
  switch (reply.kind) {
    case "response":
      return {
        kind: "response",
        status: reply.status,
        body: bodyOf(reply.contentType, reply.body),
        durationMs,
      };
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
    if (/json/i.test(contentType)) return parseJson(body);
  } catch {
    // Then it is text.
  }
  return body.toString("utf8").replaceAll("\0", "\uFFFD");
}

function notConnected(message: string): Extract<HttpResult, { kind: "failure" }> {
  return { kind: "failure", reason: "not_connected", message, durationMs: 0 };
}
