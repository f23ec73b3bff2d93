import { sanitize } from "../../base/json/sanitize.ts";
import type { NodeKinds } from "../nodes/node_kinds.ts";
import { isOneOf } from "../text/words.ts";
import type { InboundMessage } from "./context.ts";
import type { ChatbotEvent } from "./event.ts";
import { isSilent, typedText } from "./inbound_message.ts";
import { resume } from "./resume.ts";
import { fail, SKIP, type Step } from "./step.ts";
import type { Turn } from "./turn.ts";

/** The maximum number of messages stored during a request, and of callbacks stored before the run waits for one. */
const MOST_KEPT = 20;

/** The first step after an event; null when the run does not wait for it. */
export function react(turn: Turn, event: ChatbotEvent, kinds: NodeKinds): Step | null {
  const { context } = turn;
  switch (event.kind) {
    case "start":
      return begin(turn, event);
    case "stop":
      return { kind: "finish", status: "stopped", reason: event.reason };
    case "skip":
      return SKIP;
    case "message":
      return receiveMessage(turn, event.message, kinds);
    case "callback":
      if (context.waiting?.kind !== "callback" && context.callbacks.length < MOST_KEPT) {
        context.callbacks.push(sanitize(event.payload));
      }
      break;
    case "send_failed":
      if (event.nodeId !== null && event.nodeId !== context.waiting?.nodeId) {
        // The run has left that node. Its current message was sent, or its failure will be reported by its own event.
        turn.effects.push({ kind: "log", nodeId: event.nodeId, code: "send_failed", detail: event.reason });
        return null;
      }
  }
  return context.waiting === null ? null : resume(turn, event, kinds);
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

/** Handles a message: a keyword of the settings, an answer, or a message to store for later. */
function receiveMessage(turn: Turn, message: InboundMessage, kinds: NodeKinds): Step | null {
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
  if (kind === "answer" || kind === "flow") return resume(turn, { kind: "message", message }, kinds);
  if ((kind === "http" || kind === "ai") && context.inbox.length < MOST_KEPT)
    context.inbox.push({ ...message, content: sanitize(message.content) });
  else turn.log(null, "message_ignored", `${message.type} while waiting for ${kind}`);
  return null;
}
