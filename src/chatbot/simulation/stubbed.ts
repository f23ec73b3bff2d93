import { textField } from "../../base/json/fields.ts";
import { isObject } from "../../base/json/json.ts";
import type { AiResult, HttpResult } from "../engine/event.ts";
import type { HttpRequest } from "../engine/request.ts";
import type { HttpStub } from "./http_stub.ts";
import type { PendingRequest, RequestResult } from "./simulation.ts";

/** The stub's answer to a request. A request to a language model is matched by its node or by the model's address. */
export function stubbed({ waiting, count, emptyAnswer }: PendingRequest, stub: HttpStub): RequestResult {
  const { requestId, nodeId } = waiting;
  const request = waiting.kind === "http" ? waiting.request : asHttp(waiting.request.baseUrl ?? "");
  const result = stub(nodeId, request, count, emptyAnswer);
  if (waiting.kind === "http") return { kind: "http_result", requestId, result };
  return { kind: "ai_result", requestId, result: stubbedReply(result) };
}

function asHttp(url: string): HttpRequest {
  return { target: { kind: "url" }, method: "POST", url, query: [], headers: [], body: null, timeoutMs: 0 };
}

/** Turns a stub's answer into a language model's: the field `text` of its body, or a body that is a text. */
function stubbedReply(result: HttpResult): AiResult {
  if (result.kind === "failure") return result;
  const { body, durationMs, status } = result;
  if (status < 200 || status > 299)
    return { kind: "failure", reason: "network", message: `HTTP ${status}`, durationMs };
  const text = isObject(body) ? textField(body, "text") : typeof body === "string" ? body : "";
  return {
    kind: "reply",
    text: text || "(a reply)",
    model: "stub",
    inputTokens: 0,
    outputTokens: 0,
    durationMs,
  };
}
