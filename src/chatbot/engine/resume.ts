import type { GraphNode } from "../graph/graph.ts";
import type { NodeKinds } from "../nodes/node_kinds.ts";
import { requestAgain, retry } from "../request/send_request.ts";
import type { Instant, Waiting } from "./context.ts";
import type { ChatbotEvent } from "./event.ts";
import { fail, type Step } from "./step.ts";
import type { Turn } from "./turn.ts";

/** Passes an event to the node at which the run waits; null when the node does not handle it. */
export function resume(turn: Turn, event: ChatbotEvent, kinds: NodeKinds): Step | null {
  const { waiting } = turn.context;
  if (waiting === null) return null;
  const node = turn.graph?.nodes.get(waiting.nodeId);
  if (node === undefined) return fail(`missing_node: ${waiting.nodeId}`);
  const receive = (received: ChatbotEvent) =>
    kinds.of(node)?.receive?.(turn, node, received, waiting) ?? null;
  switch (event.kind) {
    case "timer":
      return isDue(waiting.timer?.at, turn.now) ? timeUp(turn, node, waiting, receive) : null;
    case "send_failed":
      return receive(event) ?? sendFailed(event.reason);
    case "http_result":
    case "ai_result":
      return receiveResult(turn, node, waiting, event, receive);
    default:
      return receive(event);
  }
}

type Receive = (event: ChatbotEvent) => Step | null;
type ResultEvent = Extract<ChatbotEvent, { kind: "http_result" | "ai_result" }>;

/** Passes the result of a request to its node, unless the request is retried. */
function receiveResult(
  turn: Turn,
  node: GraphNode,
  waiting: Waiting,
  event: ResultEvent,
  receive: Receive,
): Step | null {
  const isAwaited =
    waiting.kind === (event.kind === "http_result" ? "http" : "ai") && waiting.requestId === event.requestId;
  if (!isAwaited) return null;
  const again =
    waiting.kind === "http" && event.kind === "http_result" && retry(turn, node, waiting, event.result);
  // A kind without `receive`: the run was moved to a version in which this node is of another kind.
  return again || (receive(event) ?? fail(`changed_node: ${node.id}`));
}

/** Handles the timer: the next attempt is due, a result did not arrive in time, or the wait is over. */
function timeUp(turn: Turn, node: GraphNode, waiting: Waiting, receive: Receive): Step | null {
  if (waiting.kind === "http" && waiting.timer.kind === "request_retry")
    return requestAgain(turn, node, waiting);
  if (waiting.kind === "http" || waiting.kind === "ai") {
    const { requestId } = waiting;
    const kind = waiting.kind === "http" ? "http_result" : "ai_result";
    return receiveResult(turn, node, waiting, { kind, requestId, result: NO_RESULT }, receive);
  }
  const step = receive({ kind: "timer" });
  if (step) return step;
  turn.record(node, { success: false, exit: "timeout", error: "timeout" });
  const otherwise = { status: "expired", reason: "timeout" } as const;
  return { kind: "exit", exits: [{ handle: "timeout" }], otherwise };
}

const NO_RESULT = {
  kind: "failure",
  reason: "timeout",
  message: "The request timed out.",
  durationMs: 0,
} as const;

function sendFailed(reason: string): Step {
  const otherwise = { status: "failed", reason: `send_failed: ${reason}` } as const;
  return { kind: "exit", exits: [{ handle: "error" }], otherwise };
}

function isDue(at: Instant | undefined, now: Instant): boolean {
  return at !== undefined && Date.parse(at) <= Date.parse(now);
}
