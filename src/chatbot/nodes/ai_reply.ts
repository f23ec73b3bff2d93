import { booleanField, numberField, textField } from "../../base/json/fields.ts";
import type { AiRequest } from "../engine/effect.ts";
import type { AiResult } from "../engine/event.ts";
import type { Step } from "../engine/step.ts";
import type { Turn } from "../engine/turn.ts";
import type { GraphNode } from "../graph/graph.ts";
import { timeoutOf } from "../request/rest_request.ts";

/**
 * Lets a language model answer.
 *
 * - `aiBaseUrl` (OpenAI-compatible), `aiModel`: the tenant's by default.
 * - `aiSystemPrompt`, `aiPrompt`: interpolated. `aiHistoryMessages`: 10.
 * - `aiTemperature`, `aiMaxTokens` (1000), `aiTimeout` (milliseconds).
 * - `aiSend`: `false` only stores the answer. `aiOutputVariable`: receives it, besides `ai_N.response`.
 *
 * Exits: `success`, `error` (also when there is no budget left, which is checked before the call).
 */
export function enterAiReply(turn: Turn, node: GraphNode): Step {
  const { data } = node;
  const request: AiRequest = {
    baseUrl: textField(data, "aiBaseUrl") || null,
    model: textField(data, "aiModel") || null,
    system: turn.fillPlain(node, textField(data, "aiSystemPrompt")),
    prompt: turn.fillPlain(node, textField(data, "aiPrompt")) || null,
    historyMessages: Math.trunc(Math.min(Math.max(numberField(data, "aiHistoryMessages") ?? 10, 0), 100)),
    temperature: numberField(data, "aiTemperature") ?? null,
    maxTokens: Math.trunc(Math.max(numberField(data, "aiMaxTokens") ?? 1000, 1)),
    timeoutMs: timeoutOf(data, "aiTimeout"),
  };
  const requestId = turn.draw();
  turn.effects.push({ kind: "ai_request", requestId, nodeId: node.id, request });
  const timer = turn.timer("request_timeout", request.timeoutMs / 1000 + 60);
  return { kind: "wait", waiting: { kind: "ai", nodeId: node.id, timer, requestId, request } };
}

export function receiveAiReply(turn: Turn, node: GraphNode, result: AiResult): Step {
  const { durationMs } = result;
  if (result.kind === "failure") {
    turn.assignResult(node, "", "error", result.message || result.reason);
    turn.record(node, { success: false, exit: "error", error: result.reason, durationMs });
    const otherwise = { status: "completed", reason: "ai_error" } as const;
    return { kind: "exit", exits: [{ handle: "error" }, "plain"], otherwise };
  }
  turn.assignResult(node, textField(node.data, "aiOutputVariable"), "response", result.text);
  if (booleanField(node.data, "aiSend", true)) {
    const { model, inputTokens, outputTokens } = result;
    turn.say(node, result.text, { ai: { model, inputTokens, outputTokens, durationMs } });
  }
  turn.record(node, { exit: "success", durationMs });
  return { kind: "exit", exits: [{ handle: "success" }, "plain", "any"] };
}
