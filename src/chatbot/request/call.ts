import { numberField } from "../../base/json/fields.ts";
import type { Waiting } from "../engine/context.ts";
import type { HttpRequest } from "../engine/effect.ts";
import type { HttpResult } from "../engine/event.ts";
import type { Step } from "../engine/step.ts";
import type { Turn } from "../engine/turn.ts";
import type { GraphNode } from "../graph/graph.ts";

export type HttpWaiting = Extract<Waiting, { kind: "http" }>;

/** May this be sent twice? Only what changes nothing: whatever is asked of a calendar is a question. */
function isRepeatable({ method, target }: HttpRequest): boolean {
  return method === "GET" || method === "HEAD" || target.kind === "google_calendar";
}

/** Answers that a later attempt may better. */
const RETRIED_STATUSES = [408, 425, 429, 500, 502, 503, 504];
const DEFAULT_RETRIES = 2;
const LONGEST_BACKOFF = 60;
/** Seconds, beyond a request's own timeout, after which a result that never came counts as failed. */
const GRACE = 60;

/** Sends a request to the outside and suspends the run until its result. */
export function call(turn: Turn, node: GraphNode, request: HttpRequest, attempt = 1): Step {
  const requestId = turn.draw();
  turn.effects.push({ kind: "http_request", requestId, nodeId: node.id, request });
  const timer = turn.timer("request_timeout", request.timeoutMs / 1000 + GRACE);
  return { kind: "wait", waiting: { kind: "http", nodeId: node.id, timer, requestId, request, attempt } };
}

/**
 * A pause before the next attempt, when the request may be repeated and attempts are left (field `apiRetries`, 2);
 * null when the result stands. The pause doubles: 2 s, 4 s, … at most a minute.
 */
export function retry(turn: Turn, node: GraphNode, waiting: HttpWaiting, result: HttpResult): Step | null {
  const retries = numberField(node.data, "apiRetries") ?? DEFAULT_RETRIES;
  if (!isRepeatable(waiting.request) || waiting.attempt > Math.min(retries, 10)) return null;
  const isPassing =
    result.kind === "response"
      ? RETRIED_STATUSES.includes(result.status)
      : result.reason === "timeout" || result.reason === "network";
  if (!isPassing) return null;
  const timer = turn.timer("request_retry", Math.min(2 ** waiting.attempt, LONGEST_BACKOFF));
  return { kind: "wait", waiting: { ...waiting, timer } };
}
