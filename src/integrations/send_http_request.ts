import type { Json } from "../base/json/json.ts";
import { parseJson } from "../base/json/parse_json.ts";
import { sanitizeText } from "../base/json/sanitize.ts";
import type { HttpResult } from "../chatbot/engine/event.ts";
import type { HttpRequest } from "../chatbot/engine/request.ts";
import type { GuardedFetch } from "../http/guarded/guarded_fetch.ts";
import { encodeRequest } from "./encode_request.ts";

/** Sends one HTTP request and returns its response, or why there is none. Never throws. */
export async function sendHttpRequest(request: HttpRequest, fetch: GuardedFetch): Promise<HttpResult> {
  const began = performance.now();
  const reply = await fetch.fetch(await encodeRequest(request));
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

/** The body, sanitized for `jsonb`: a result that cannot be stored would never reach the run. */
function bodyOf(contentType: string, body: Buffer): Json {
  if (body.length === 0) return null;
  try {
    if (/json/i.test(contentType)) return parseJson(body);
  } catch {
    // The body is not JSON, whatever its content type says: it is read as text.
  }
  return sanitizeText(body.toString("utf8"));
}
