import { integerOf, objectOf, textOf } from "../../../base/json/values.ts";
import type { Failure } from "../../outcome.ts";
import { errorText } from "../inbound/read_error.ts";
import { classOfCode, type ErrorClass } from "./error_codes.ts";
import type { GraphReply } from "./exchange.ts";
import { bodyOf } from "./graph_client.ts";
import { retryAfterMs } from "./retry_after.ts";

/**
 * Classifies a reply that does not report success. Uses `error.code` if there is one, because HTTP 400 can mean both
 * throttling and an unknown id. Uses the HTTP status only if the body has no code.
 */
export function classifyError(reply: GraphReply & { kind: "reply" }): Failure {
  const error = objectOf(bodyOf(reply)?.error);
  const code = integerOf(error?.code);
  if (error === null || code === null) return classifyStatus(reply);
  const title = textOf(error.message);
  const details = errorText(error);
  const known = classify(code, error.is_transient === true, reply.status);
  switch (known.class) {
    case "throttled":
      return {
        kind: "throttled",
        code: String(code),
        scope: known.scope,
        retryAfterMs: retryAfterMs(reply.headers) ?? known.retryAfterMs,
      };
    case "channel_stopped":
      return { kind: "channel_stopped", code: String(code), title, details };
    case "uncertain":
      return { kind: "uncertain", code: String(code), reason: `error ${code}` };
    case "rejected":
      return {
        kind: "rejected",
        code: String(code),
        title,
        details,
        ...(known.mayLackMedia && { mayLackMedia: true }),
      };
    default:
      return known satisfies never;
  }
}

/** A transient error can be retried, but Meta does not guarantee that it was raised before processing. */
function classify(code: number, isTransient: boolean, status: number): ErrorClass {
  const known = classOfCode(code);
  const isTemporary = isTransient || (known === null && status >= 500);
  if (isTemporary && (known === null || known.class === "rejected")) return { class: "uncertain" };
  return known ?? { class: "rejected" };
}

/** Not every reply is one of the Graph API: servers in front of it, and those of files, answer with pages. */
function classifyStatus({ status, headers }: GraphReply & { kind: "reply" }): Failure {
  if (status === 429)
    return { kind: "throttled", code: "429", scope: "channel", retryAfterMs: retryAfterMs(headers) };
  const title = `HTTP ${status} without an error code`;
  if (status === 401 || status === 403) return { kind: "channel_stopped", code: null, title, details: null };
  if (status >= 300 && status < 500 && status !== 408) {
    return { kind: "rejected", code: null, title, details: null };
  }
  return { kind: "uncertain", code: null, reason: title };
}

/** Classifies a failure of the network. */
export function classifyLoss(reply: Exclude<GraphReply, { kind: "reply" }>): Failure {
  return reply.kind === "not_sent"
    ? { kind: "unavailable", reason: reply.reason }
    : { kind: "uncertain", code: null, reason: reply.reason };
}
