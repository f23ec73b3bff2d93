import type { UploadedFile } from "../channels/outbound.ts";
import type { Failure } from "../channels/outcome.ts";
import { stopReason } from "./outcome_row.ts";

/** The consequence of an attempt to hand a file over to the provider. */
export type UploadResult =
  | UploadedFile
  /** The messages that wait for the file fail. */
  | { kind: "failed"; code: string; error: { code: string; title: string | null; details: string | null } }
  | { kind: "postponed"; forMs: number; reason: string }
  /** The provider refuses the account or its token. */
  | { kind: "stopped"; reason: string };

const LONGEST_BACKOFF_MS = 5 * 60_000;
/** After them its messages fail: about an hour with the backoff. */
const MOST_ATTEMPTS = 20;
/** About four minutes. */
const MOST_ATTEMPTS_IF_MISSING = 9;

/** @param attempts including this one */
export function uploadResult(outcome: UploadedFile | Failure, attempts: number): UploadResult {
  switch (outcome.kind) {
    case "uploaded":
      return outcome;
    case "rejected":
      return failed(outcome.code ?? "rejected", outcome.title, outcome.details);
    case "channel_stopped":
      return { kind: "stopped", reason: stopReason(outcome) };
    // Uploading twice is harmless, so an upload with an unknown outcome is repeated.
    case "unavailable":
    case "uncertain":
      if (attempts >= MOST_ATTEMPTS) return failed("PYUNR", outcome.reason, null);
      return { kind: "postponed", forMs: backoffMs(attempts), reason: outcome.reason };
    case "throttled": {
      if (attempts >= MOST_ATTEMPTS) return failed(outcome.code, "too many requests", null);
      const forMs = Math.min(outcome.retryAfterMs ?? backoffMs(attempts), LONGEST_BACKOFF_MS);
      return { kind: "postponed", forMs, reason: outcome.code };
    }
    default:
      return outcome satisfies never;
  }
}

/** The result if the storage could not be read. */
export function unreadableResult(attempts: number): UploadResult {
  if (attempts >= MOST_ATTEMPTS)
    return failed("PYSTO", "the file cannot be read from the media storage", null);
  return { kind: "postponed", forMs: backoffMs(attempts), reason: "PYSTO" };
}

/**
 * The result if the storage does not have the file. It may have it again, as when a folder is not mounted; but the later
 * messages of the conversation wait.
 */
export function missingResult(attempts: number): UploadResult {
  if (attempts >= MOST_ATTEMPTS_IF_MISSING) return GONE;
  return { kind: "postponed", forMs: backoffMs(attempts), reason: "PYSTO" };
}

/** The result if the file is not stored any more. */
export const GONE: UploadResult = failed("PYGON", "the file is gone", null);

function failed(code: string, title: string | null, details: string | null): UploadResult {
  return { kind: "failed", code, error: { code, title, details } };
}

function backoffMs(attempts: number): number {
  return Math.min(500 * 2 ** Math.min(attempts, 20), LONGEST_BACKOFF_MS);
}
