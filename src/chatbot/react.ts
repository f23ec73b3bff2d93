import type { Instant } from "./context.ts";
import type { ChatbotEvent, HttpResult, InboundMessage } from "./event.ts";
import { type GraphNode, nodeKind } from "./graph.ts";
import { formAnswer, isSilent, typedText } from "./inbound.ts";
import { receiveAiReply } from "./nodes/ai-reply.ts";
import { receiveDataSource } from "./nodes/data-source.ts";
import { receiveGoogleCalendar } from "./nodes/google-calendar.ts";
import { RETURNED } from "./nodes/handoff.ts";
import { answerQuestion, repeatQuestion, SKIP } from "./nodes/question.ts";
import { receiveRestApi } from "./nodes/rest-api.ts";
import { receiveCallback } from "./nodes/wait-for-callback.ts";
import { formFailed, receiveForm, receiveFormData, repeatForm } from "./nodes/whatsapp-flow.ts";
import { call, type HttpWaiting, retry } from "./request/call.ts";
import { fail, LEAVE, type Step } from "./step.ts";
import type { Turn } from "./turn.ts";
import { isOneOf, isSkipWord } from "./words.ts";

/** Messages kept, at most, while a call to the outside is under way; callbacks kept before they are waited for. */
const MOST_KEPT = 20;

/** The first step an event leads to; null when it does not concern what the run waits for. */
export function react(turn: Turn, event: ChatbotEvent): Step | null {
  const { context } = turn;
  switch (event.kind) {
    case "start":
      return begin(turn, event);
    case "stop":
      return { kind: "finish", status: "stopped", reason: event.reason };
    case "skip":
      return SKIP;
    case "message":
      return hear(turn, event.message);
    case "callback":
      if (context.waiting?.kind !== "callback" && context.callbacks.length < MOST_KEPT) {
        context.callbacks.push(event.payload);
      }
      break;
    case "send_failed":
      if (event.nodeId !== null && event.nodeId !== context.waiting?.nodeId) {
        // The run has gone on since, to something that was sent or will fail itself.
        turn.effects.push({ kind: "log", nodeId: event.nodeId, code: "send_failed", detail: event.reason });
        return null;
      }
  }
  return context.waiting === null ? null : resume(turn, event);
}

function begin(turn: Turn, event: Extract<ChatbotEvent, { kind: "start" }>): Step | null {
  const { context } = turn;
  if (context.currentNodeId !== null) return null;
  for (const [name, value] of Object.entries(event.variables ?? {})) turn.assign(name, value ?? null);
  if (event.replies) context.replies = event.replies;
  const opening = event.message && typedText(event.message);
  if (opening != null) turn.assign("opening_message", opening);
  if (event.message?.referral) turn.assign("referral", event.message.referral);
  const start = turn.graph?.start;
  return start ? { kind: "goto", nodeId: start.id } : fail("no_start_node");
}

/** A message: a word of command, the answer to what was asked, or something for later. */
function hear(turn: Turn, message: InboundMessage): Step | null {
  const { context, settings } = turn;
  if (isSilent(message)) return null;
  const words = typedText(message);
  if (words !== null && isOneOf(settings.stopKeywords, words)) {
    return { kind: "finish", status: "stopped", reason: "user_stopped" };
  }
  if (words !== null && isOneOf(settings.restartKeywords, words)) {
    return { kind: "finish", status: "stopped", reason: "restarted", isRestart: true };
  }
  const kind = context.waiting?.kind;
  if (kind === "answer" || kind === "flow") return resume(turn, { kind: "message", message });
  if ((kind === "http" || kind === "ai") && context.inbox.length < MOST_KEPT) context.inbox.push(message);
  else turn.log(null, "message_ignored", `${message.type} while waiting for ${kind}`);
  return null;
}

/** What an event means to the node that waits. */
function resume(turn: Turn, event: ChatbotEvent): Step | null {
  const { waiting } = turn.context;
  if (waiting === null) return null;
  const node = turn.graph?.nodes.get(waiting.nodeId);
  if (node === undefined) return fail(`missing_node: ${waiting.nodeId}`);
  if (event.kind === "timer" && !isDue(waiting.timer?.at, turn.now)) return null;
  if (event.kind === "send_failed") {
    return waiting.kind === "flow" ? formFailed(turn, node, event.reason) : sendFailed(event.reason);
  }
  switch (waiting.kind) {
    case "answer":
      if (event.kind === "message") return answerQuestion(turn, node, waiting, event.message);
      if (event.kind === "resume") return repeatQuestion(turn, node, waiting);
      return event.kind === "timer" ? timeUp(turn, node) : null;
    case "flow": {
      if (event.kind === "resume") return repeatForm(turn, node);
      if (event.kind === "timer") return timeUp(turn, node);
      if (event.kind === "message" && isSkipWord(turn.settings, typedText(event.message) ?? "")) return SKIP;
      const answer =
        event.kind === "flow_response"
          ? { token: event.flowToken, response: event.response }
          : event.kind === "message" && formAnswer(event.message);
      // A form of another run, or another node, is not what this one waits for.
      if (!answer || (answer.token !== null && answer.token !== waiting.flowToken)) return null;
      return receiveForm(turn, node, answer.response);
    }
    case "http":
      if (event.kind === "http_result" && event.requestId === waiting.requestId) {
        return receive(turn, node, waiting, event.result);
      }
      if (event.kind !== "timer") return null;
      return waiting.timer.kind === "request_retry"
        ? call(turn, node, waiting.request, waiting.attempt + 1)
        : receive(turn, node, waiting, NO_RESULT);
    case "ai":
      if (event.kind === "ai_result" && event.requestId === waiting.requestId) {
        return receiveAiReply(turn, node, event.result);
      }
      return event.kind === "timer" ? receiveAiReply(turn, node, NO_RESULT) : null;
    case "delay":
      return event.kind === "timer" ? LEAVE : null;
    case "handoff":
      if (event.kind === "handoff_ended") return RETURNED;
      return event.kind === "timer" ? timeUp(turn, node) : null;
    case "callback":
      if (event.kind === "callback") return receiveCallback(turn, node, event.payload);
      return event.kind === "timer" ? timeUp(turn, node) : null;
    default:
      return waiting satisfies never;
  }
}

const NO_RESULT = { kind: "failure", reason: "timeout", message: "No answer came.", durationMs: 0 } as const;

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

function timeUp(turn: Turn, node: GraphNode): Step {
  turn.record(node, { success: false, exit: "timeout", error: "timeout" });
  return {
    kind: "exit",
    exits: [{ handle: "timeout" }],
    otherwise: { status: "expired", reason: "timeout" },
  };
}

function sendFailed(reason: string): Step {
  return {
    kind: "exit",
    exits: [{ handle: "error" }],
    otherwise: { status: "failed", reason: `send_failed: ${reason}` },
  };
}

function isDue(at: Instant | undefined, now: Instant): boolean {
  return at !== undefined && Date.parse(at) <= Date.parse(now);
}
