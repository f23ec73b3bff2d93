import type { ContactIdentity } from "../channels/facts/contact_identity.ts";
import type { Failure, Outcome } from "../channels/outcome.ts";
import type { ClaimedMessage } from "./claimed_message.ts";

/** A row of the argument of app_private.record_outcomes(). Times are durations, because only the database's clock counts. */
export type OutcomeRow = {
  tenant_id: string;
  message_id: string;
  kind: "sent" | "failed" | "retry" | "uncertain";
  provider_message_id?: string;
  error_code?: string;
  error?: { code: string | null; title: string | null; details: string | null };
  retry_in_ms?: number;
  is_pair_limit?: boolean;
  /** The database decides whether the file is handed over again and the message retried. */
  may_lack_media?: true;
  /** The provider delivers it later, if at all. The campaigns that send its template wait. */
  is_held?: true;
  /** The recipient's other addresses at the provider. */
  recipient?: Recipient;
};

type Recipient = {
  tenant_id: string;
  phone: string | null;
  phone_alias: string | null;
  bsuid: string | null;
  parent_bsuid: string | null;
  external: string | null;
};

/** The consequence of an outcome for the whole channel. */
export type ChannelConsequence =
  | { kind: "none" }
  /** The provider reports that messages are sent too fast. */
  | { kind: "pause"; forMs: number }
  /** The provider does not answer. */
  | { kind: "cooldown"; forMs: number }
  /** The provider refuses the account or its token. */
  | { kind: "stop"; reason: string };

/** The number of attempts that fail in the network before a message fails: about a day with the backoff. */
const MOST_ATTEMPTS = 150;
/** The longest backoff of a message. A later due time was written while the clock was ahead (correct_future_times). */
const LONGEST_WAIT_MS = 10 * 60_000;
/** The pause after "too fast", if the provider does not give one. */
const THROTTLED_WAIT_MS = 1_000;

/** The row that records an attempt, and the consequence for the channel. Pure. */
export function outcomeRow(
  message: ClaimedMessage,
  outcome: Outcome,
): { row: OutcomeRow; consequence: ChannelConsequence } {
  const { tenant_id, message_id, attempts } = message;
  const of = { tenant_id, message_id };
  const none = { kind: "none" } as const;
  switch (outcome.kind) {
    case "sent": {
      const { providerMessageId: provider_message_id, recipient } = outcome;
      const row: OutcomeRow = { ...of, kind: "sent", provider_message_id };
      if (outcome.isHeld) row.is_held = true;
      if (recipient !== null) row.recipient = recipientRow(tenant_id, recipient);
      return { row, consequence: none };
    }
    case "rejected": {
      const error = { code: outcome.code, title: outcome.title, details: outcome.details };
      const row: OutcomeRow = { ...of, kind: "failed", error_code: error.code ?? "rejected", error };
      if (outcome.mayLackMedia) row.may_lack_media = true;
      return { row, consequence: none };
    }
    case "throttled": {
      const isPair = outcome.scope === "contact";
      const wait = outcome.retryAfterMs ?? THROTTLED_WAIT_MS;
      // The channel's pause may be longer; it delays the message as well.
      const retry_in_ms = Math.min(wait, LONGEST_WAIT_MS);
      return {
        row: { ...of, kind: "retry", retry_in_ms, error_code: outcome.code, is_pair_limit: isPair },
        consequence: isPair ? none : { kind: "pause", forMs: wait },
      };
    }
    case "unavailable":
      if (attempts >= MOST_ATTEMPTS)
        return { row: { ...of, kind: "failed", error_code: "PYUNR" }, consequence: none };
      return {
        row: { ...of, kind: "retry", retry_in_ms: backoffMs(attempts), error_code: "PYUNR" },
        consequence: none,
      };
    case "channel_stopped":
      return {
        row: { ...of, kind: "retry", error_code: outcome.code ?? "stopped" },
        consequence: { kind: "stop", reason: stopReason(outcome) },
      };
    case "uncertain":
      return {
        row: {
          ...of,
          kind: "uncertain",
          error: { code: outcome.code, title: outcome.reason, details: null },
        },
        consequence: none,
      };
    default:
      return outcome satisfies never;
  }
}

/** Why a channel is stopped, for its `status_reason`. */
export function stopReason({ code, title, details }: Failure & { kind: "channel_stopped" }): string {
  return [code, title, details].filter((part) => part !== null).join(": ");
}

function recipientRow(
  tenant_id: string,
  { phone, phoneAlias: phone_alias, bsuid, parentBsuid: parent_bsuid, external }: ContactIdentity,
): Recipient {
  return { tenant_id, phone, phone_alias, bsuid, parent_bsuid, external };
}

function backoffMs(attempts: number): number {
  return Math.min(500 * 2 ** Math.min(attempts, 20), LONGEST_WAIT_MS);
}
