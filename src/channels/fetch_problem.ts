import type { FileProblem } from "./outbound.ts";
import type { Failure } from "./outcome.ts";

/** What is recorded of an attempt to fetch a file that did not succeed. */
export type FetchProblem = {
  /** pending: worth another attempt. */
  state: "pending" | "failed" | "gone";
  /** The provider's error number, or a registered code. */
  code: string;
  text: string;
  /** What the provider asks for, if it does. */
  retryAfterMs: number | null;
};

export function fetchProblemOf(outcome: FileProblem | Failure): FetchProblem {
  switch (outcome.kind) {
    case "gone":
      return problem("gone", "PYGON", "The provider does not have the file any more");
    case "too_large":
      return problem("failed", "PYMAX", `The file is larger than ${outcome.maxBytes} bytes`);
    case "damaged":
      return problem("failed", "PYMED", `The provider's file was not accepted: ${outcome.reason}`);
    case "rejected":
      return problem("failed", outcome.code ?? "PYMED", textOf(outcome));
    case "channel_stopped":
      return problem("pending", outcome.code ?? "PYUNR", textOf(outcome));
    case "throttled":
      return problem("pending", outcome.code, "Too many requests to the provider", outcome.retryAfterMs);
    case "unavailable":
    case "uncertain":
      return problem("pending", "PYUNR", `The file could not be downloaded (${outcome.reason})`);
    default:
      return outcome satisfies never;
  }
}

function problem(
  state: FetchProblem["state"],
  code: string,
  text: string,
  retryAfterMs: number | null = null,
): FetchProblem {
  return { state, code, text, retryAfterMs };
}

function textOf({ title, details }: { title: string | null; details: string | null }): string {
  return details ?? title ?? "The provider refused the request";
}
