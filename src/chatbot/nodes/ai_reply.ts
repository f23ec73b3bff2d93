import type { AiResult } from "../engine/event.ts";
import type { AiRequest } from "../engine/request.ts";
import type { Step } from "../engine/step.ts";
import type { Turn } from "../engine/turn.ts";
import { boolean, defineFields, number, output, template, text } from "../fields/define_fields.ts";
import type { GraphNode } from "../graph/graph.ts";
import { timeout } from "../request/request_fields.ts";
import { warning } from "../validation/problem.ts";
import { defineNode } from "./define_node.ts";

const FIELDS = defineFields({
  aiSystemPrompt: template("Instructions for the model."),
  aiPrompt: template("Asked instead of, or after, the conversation."),
  aiModel: text("The model; `AI_MODEL` by default."),
  aiBaseUrl: text("The address of an OpenAI-compatible API; `AI_BASE_URL` by default."),
  aiHistoryMessages: number("How many of the conversation's last messages the model sees.", {
    default: 10,
    min: 0,
    max: 100,
    isInteger: true,
  }),
  aiTemperature: number("The model's temperature; its own default without it."),
  aiMaxTokens: number("Tokens of the answer, at most.", { default: 1000, min: 1, isInteger: true }),
  aiTimeout: timeout(),
  aiSend: boolean("Whether the answer is sent, or only stored.", true),
  aiOutputVariable: output("Receives the answer."),
});

export const aiReply = defineNode({
  kind: "ai_reply",
  about: "Lets a language model answer.",
  fields: FIELDS,
  numberedAs: "ai",
  results: { response: "the answer", error: "what went wrong" },
  exits: [
    { handle: "success", label: "the model answered" },
    { handle: "error", label: "it did not, or the budget is used up, which is checked before the request" },
  ],
  decides: true,
  needsWindow: (data) => FIELDS.aiSend.of(data),
  problems: ({ id, data }) =>
    FIELDS.aiSystemPrompt.of(data) + FIELDS.aiPrompt.of(data) === ""
      ? [warning("missing_prompt", id, "Neither a system prompt nor a prompt is given.")]
      : [],
  enter(turn, node) {
    const { data } = node;
    const request: AiRequest = {
      baseUrl: FIELDS.aiBaseUrl.of(data) || null,
      model: FIELDS.aiModel.of(data) || null,
      system: turn.fillPlain(node, FIELDS.aiSystemPrompt.of(data)),
      prompt: turn.fillPlain(node, FIELDS.aiPrompt.of(data)) || null,
      historyMessages: FIELDS.aiHistoryMessages.of(data),
      temperature: FIELDS.aiTemperature.of(data) ?? null,
      maxTokens: FIELDS.aiMaxTokens.of(data),
      timeoutMs: FIELDS.aiTimeout.of(data),
    };
    const requestId = turn.draw();
    turn.effects.push({ kind: "ai_request", requestId, nodeId: node.id, request });
    const timer = turn.timer("request_timeout", request.timeoutMs / 1000 + 60);
    return { kind: "wait", waiting: { kind: "ai", nodeId: node.id, timer, requestId, request } };
  },
  receive: (turn, node, event) =>
    event.kind === "ai_result" ? receiveResult(turn, node, event.result) : null,
});

function receiveResult(turn: Turn, node: GraphNode, result: AiResult): Step {
  const { durationMs } = result;
  if (result.kind === "failure") {
    turn.assignResult(node, "", "error", result.message || result.reason);
    turn.record(node, { success: false, exit: "error", error: result.reason, durationMs });
    const otherwise = { status: "completed", reason: "ai_error" } as const;
    return { kind: "exit", exits: [{ handle: "error" }, "plain"], otherwise };
  }
  turn.assignResult(node, FIELDS.aiOutputVariable.of(node.data), "response", result.text);
  if (FIELDS.aiSend.of(node.data)) {
    const { model, inputTokens, outputTokens } = result;
    turn.say(node, result.text, { ai: { model, inputTokens, outputTokens, durationMs } });
  }
  turn.record(node, { exit: "success", durationMs });
  return { kind: "exit", exits: [{ handle: "success" }, "plain", "any"] };
}
