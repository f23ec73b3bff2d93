import { type GraphNode, nodeKind } from "../graph/graph.ts";
import { receiveAiReply } from "../nodes/ai_reply.ts";
import { receiveDataSource } from "../nodes/data_source.ts";
import { receiveGoogleCalendar } from "../nodes/google_calendar.ts";
import { RETURNED } from "../nodes/handoff.ts";
import { answerQuestion, repeatQuestion, SKIP } from "../nodes/question.ts";
import { receiveRestApi } from "../nodes/rest_api.ts";
import { receiveCallback } from "../nodes/wait_for_callback.ts";
import {
  type FlowWaiting,
  formFailed,
  receiveForm,
  receiveFormData,
  repeatForm,
} from "../nodes/whatsapp_flow.ts";
import { call, type HttpWaiting, retry } from "../request/call.ts";
import { isSkipWord } from "../text/words.ts";
import type { Instant, Waiting } from "./context.ts";
import type { ChatbotEvent, HttpResult } from "./event.ts";
import { formAnswer, tappedReply, typedText } from "./inbound.ts";
import { fail, LEAVE, type Step } from "./step.ts";
import type { Turn } from "./turn.ts";

/** What an event means to the node that waits; null when it means nothing to it. */
export function resume(turn: Turn, event: ChatbotEvent): Step | null {
  const { waiting } = turn.context;
  if (waiting === null) return null;
  const node = turn.graph?.nodes.get(waiting.nodeId);
  if (node === undefined) return fail(`missing_node: ${waiting.nodeId}`);
  if (event.kind === "timer") return isDue(waiting.timer?.at, turn.now) ? timeUp(turn, node, waiting) : null;
  if (event.kind === "send_failed") return sendFailed(turn, node, waiting, event.reason);
  switch (waiting.kind) {
    case "answer":
      if (event.kind === "message") return answerQuestion(turn, node, waiting, event.message);
      return event.kind === "resume" ? repeatQuestion(turn, node, waiting) : null;
    case "flow":
      return event.kind === "resume" ? repeatForm(turn, node) : resumeForm(turn, node, waiting, event);
    case "http":
      return event.kind === "http_result" && event.requestId === waiting.requestId
        ? receive(turn, node, waiting, event.result)
        : null;
    case "ai":
      return event.kind === "ai_result" && event.requestId === waiting.requestId
        ? receiveAiReply(turn, node, event.result)
        : null;
    case "delay":
      return null;
    case "handoff":
      return event.kind === "handoff_ended" ? RETURNED : null;
    case "callback":
      return event.kind === "callback" ? receiveCallback(turn, node, event.payload) : null;
    default:
      return waiting satisfies never;
  }
}

function resumeForm(turn: Turn, node: GraphNode, waiting: FlowWaiting, event: ChatbotEvent): Step | null {
  if (event.kind === "message" && isSkipWord(turn.settings, typedText(event.message) ?? "")) return SKIP;
  const answer =
    event.kind === "flow_response"
      ? { token: event.flowToken, response: event.response }
      : event.kind === "message" && formAnswer(event.message);
  // The menu that was tapped is over: the form is what is asked now.
  if (!answer && event.kind === "message" && tappedReply(event.message)) return repeatForm(turn, node);
  // A form of another run, or another node, is not what this one waits for.
  if (!answer || (answer.token !== null && answer.token !== waiting.flowToken)) return null;
  return receiveForm(turn, node, answer.response);
}

/** A result goes to the node that asked, unless another attempt may better it. */
function receive(turn: Turn, node: GraphNode, waiting: HttpWaiting, result: HttpResult): Step {
  const again = retry(turn, node, waiting, result);
  if (again) return again;
  switch (nodeKind(node)) {
    case "rest_api":
      return receiveRestApi(turn, node, result);
    case "data_source":
      return receiveDataSource(turn, node, result);
    case "google_calendar":
      return receiveGoogleCalendar(turn, node, result);
    case "whatsapp_flow":
      return receiveFormData(turn, node, result);
    default:
      // The run was moved to a version in which this node is of another kind.
      return fail(`changed_node: ${node.id}`);
  }
}

/** The timer rang: the next attempt, the end of a delay, or the end of patience. */
function timeUp(turn: Turn, node: GraphNode, waiting: Waiting): Step {
  switch (waiting.kind) {
    case "http":
      return waiting.timer.kind === "request_retry"
        ? call(turn, node, waiting.request, waiting.attempt + 1)
        : receive(turn, node, waiting, NO_RESULT);
    case "ai":
      return receiveAiReply(turn, node, NO_RESULT);
    case "delay":
      return LEAVE;
    case "answer":
    case "flow":
    case "handoff":
    case "callback":
      turn.record(node, { success: false, exit: "timeout", error: "timeout" });
      return {
        kind: "exit",
        exits: [{ handle: "timeout" }],
        otherwise: { status: "expired", reason: "timeout" },
      };
    default:
      return waiting satisfies never;
  }
}

const NO_RESULT = { kind: "failure", reason: "timeout", message: "No answer came.", durationMs: 0 } as const;

function sendFailed(turn: Turn, node: GraphNode, waiting: Waiting, reason: string): Step {
  if (waiting.kind === "flow") return formFailed(turn, node, reason);
  const otherwise = { status: "failed", reason: `send_failed: ${reason}` } as const;
  return { kind: "exit", exits: [{ handle: "error" }], otherwise };
}

function isDue(at: Instant | undefined, now: Instant): boolean {
  return at !== undefined && Date.parse(at) <= Date.parse(now);
}
