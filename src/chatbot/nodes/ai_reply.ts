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
  aiPrompt: template("A prompt that follows the messages of the conversation."),
  aiModel: text("The model; defaults to `AI_MODEL`."),
  aiBaseUrl: text("The base URL of an OpenAI-compatible API; defaults to `AI_BASE_URL`."),
  aiHistoryMessages: number("How many of the conversation's last messages the model sees.", {
    default: 10,
    min: 0,
    max: 100,
    isInteger: true,
  }),
  aiTemperature: number("The temperature; defaults to the model's default."),
  aiMaxTokens: number("The maximum number of tokens of the answer.", {
    default: 1000,
    min: 1,
    isInteger: true,
  }),
  aiTimeout: timeout(),
  aiSend: boolean("Whether the answer is sent to the contact; otherwise it is only stored.", true),
  aiOutputVariable: output("The variable that receives the answer."),
});

export const aiReply = defineNode({
  kind: "ai_reply",
  about: "Sends the conversation to a language model and sends its answer to the contact.",
  fields: FIELDS,
  numberedAs: "ai",
  results: { response: "the answer", error: "the error message" },
  exits: [
    { handle: "success", label: "the model answered" },
    {
      handle: "error",
      label: "the model did not answer, or the token budget is used up (checked before the request)",
    },
  ],
  decides: true,
  needsWindow: (data) => FIELDS.aiSend.of(data),
  problems: ({ id, data }) =>
    FIELDS.aiSystemPrompt.of(data) + FIELDS.aiPrompt.of(data) === ""
      ? [warning("missing_prompt", id, "`aiSystemPrompt` or `aiPrompt` must not be empty.")]
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
