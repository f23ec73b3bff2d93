import type { Waiting } from "../engine/context.ts";
import type { HttpResult } from "../engine/event.ts";
import type { HttpRequest } from "../engine/request.ts";
import type { Step } from "../engine/step.ts";
import type { Turn } from "../engine/turn.ts";
import type { GraphNode } from "../graph/graph.ts";
import { RETRIES } from "./request_fields.ts";

type HttpWaiting = Extract<Waiting, { kind: "http" }>;

/** Whether a request may be repeated: only if it changes nothing, as is true of all requests to a calendar. */
function isRepeatable({ method, target }: HttpRequest): boolean {
  return method === "GET" || method === "HEAD" || target.kind === "google_calendar";
}

/** Statuses that are usually temporary. */
const RETRIED_STATUSES = [408, 425, 429, 500, 502, 503, 504];
const LONGEST_BACKOFF = 60;
/** Seconds after a request's timeout at which a missing result counts as a failure. */
const GRACE = 60;

/** Sends a request and suspends the run until its result. */
export function sendRequest(turn: Turn, node: GraphNode, request: HttpRequest, attempt = 1): Step {
  const requestId = turn.draw();
  turn.effects.push({ kind: "http_request", requestId, nodeId: node.id, request });
  const timer = turn.timer("request_timeout", request.timeoutMs / 1000 + GRACE);
  return { kind: "wait", waiting: { kind: "http", nodeId: node.id, timer, requestId, request, attempt } };
}

/** Sends the next attempt after the pause before it. */
export function requestAgain(turn: Turn, node: GraphNode, { request, attempt }: HttpWaiting): Step {
  return sendRequest(turn, node, request, attempt + 1);
}

/**
 * Waits before the next attempt, if the request may be repeated and attempts remain; null when the result is final. The
 * pause doubles: 2 s, 4 s, … at most a minute.
 */
export function retry(turn: Turn, node: GraphNode, waiting: HttpWaiting, result: HttpResult): Step | null {
  if (!isRepeatable(waiting.request) || waiting.attempt > RETRIES.apiRetries.of(node.data)) return null;
  const isTemporary =
    result.kind === "response"
      ? RETRIED_STATUSES.includes(result.status)
      : result.reason === "timeout" || result.reason === "network";
  if (!isTemporary) return null;
  const timer = turn.timer("request_retry", Math.min(2 ** waiting.attempt, LONGEST_BACKOFF));
  return { kind: "wait", waiting: { ...waiting, timer } };
}
