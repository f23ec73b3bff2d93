import type { Failure } from "../channels/outcome.ts";

/** Why a request about templates failed, for the people who manage them: the provider's words where there are some. */
export function describeFailure(failure: Failure): string {
  switch (failure.kind) {
    case "rejected":
    case "channel_stopped":
      return [failure.title ?? "The provider refused the request", failure.details]
        .filter((text) => text !== null)
        .join(": ");
    case "throttled":
      return "The provider accepts fewer requests at present";
    case "unavailable":
    case "uncertain":
      return `The provider could not be reached (${failure.reason})`;
    default:
      return failure satisfies never;
  }
}
