import { identityOf } from "../channels/whatsapp/inbound/read_identity.ts";
import { pairBackoffMs } from "../channels/whatsapp/outbound/pair_backoff.ts";
import type { Outcome } from "../channels/whatsapp/outbound/wire.ts";
import type { ClaimedMessage } from "./claimed_message.ts";

/** A row of app_private.record_outcomes()'s argument. How long, not when: only the database's clock counts. */
export type OutcomeRow = {
  tenant_id: string;
  message_id: string;
  kind: "sent" | "failed" | "retry" | "uncertain";
  provider_message_id?: string;
  error_code?: string;
  error?: { code: string | null; title: string | null; details: string | null };
  retry_in_ms?: number;
  is_pair_limit?: boolean;
  /** Under which other addresses the provider knows whom it was sent to. */
  recipient?: Recipient;
};

type Recipient = {
  tenant_id: string;
  phone: string | null;
  phone_alias: string | null;
  bsuid: string | null;
  parent_bsuid: string | null;
};

/** What an outcome means for the whole channel, beside the message. */
export type ChannelConsequence =
  | { kind: "none" }
  /** The provider said "too fast". */
  | { kind: "pause"; forMs: number }
  /** The provider does not answer. */
  | { kind: "rest"; forMs: number }
  /** The provider refuses the account or its token. */
  | { kind: "stop"; reason: string };

/** Refusals of the network before a message is given up: with the back-off, about a day. */
const MOST_ATTEMPTS = 150;
/** Of one message. What is due later than that was written by a clock that was ahead (correct_future_times). */
const LONGEST_WAIT_MS = 10 * 60_000;
const CHANNEL_PAUSE_MS = 1_000;

/** What is recorded of an attempt, and what follows for the channel. Pure. */
export function outcomeRow(
  message: ClaimedMessage,
  outcome: Outcome,
): { row: OutcomeRow; consequence: ChannelConsequence } {
  const { tenant_id, message_id, attempts } = message;
  const of = { tenant_id, message_id };
  const none = { kind: "none" } as const;
  switch (outcome.kind) {
    case "sent": {
      const recipient = recipientOf(message, outcome);
      return {
        row: {
          ...of,
          kind: "sent",
          provider_message_id: outcome.providerMessageId,
          ...(recipient !== null && { recipient }),
        },
        consequence: none,
      };
    }
    case "rejected": {
      const error = { code: textOf(outcome.code), title: outcome.title, details: outcome.details };
      return {
        row: { ...of, kind: "failed", error_code: error.code ?? "rejected", error },
        consequence: none,
      };
    }
    case "throttled": {
      const isPair = outcome.scope === "pair";
      const wait = outcome.retryAfterMs ?? (isPair ? pairBackoffMs(attempts - 1) : CHANNEL_PAUSE_MS);
      // The channel's pause may be longer: it holds the message anyway.
      const retry_in_ms = Math.min(wait, LONGEST_WAIT_MS);
      return {
        row: { ...of, kind: "retry", retry_in_ms, error_code: String(outcome.code), is_pair_limit: isPair },
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
    case "channel_stopped": {
      const reason = [outcome.code, outcome.title, outcome.details]
        .filter((part) => part !== null)
        .join(": ");
      return {
        row: {
          ...of,
          kind: "retry",
          error_code: textOf(outcome.code) ?? "stopped",
        },
        consequence: { kind: "stop", reason },
      };
    }
    case "uncertain":
      return {
        row: {
          ...of,
          kind: "uncertain",
          error: { code: textOf(outcome.code), title: outcome.reason, details: null },
        },
        consequence: none,
      };
    default:
      return outcome satisfies never;
  }
}

/** Null where the answer says no more than what it was posted to. */
function recipientOf(
  message: ClaimedMessage,
  { waId, userId }: Outcome & { kind: "sent" },
): Recipient | null {
  const { phone, phoneAlias, bsuid, parentBsuid } = identityOf(
    { waId: waId ?? message.phone, number: message.phone, userId: userId ?? message.bsuid },
    new Set(),
  );
  const isKnown = (address: string | null) =>
    address === null || address === message.phone || address === message.bsuid;
  if ([phone, bsuid, parentBsuid].every(isKnown)) return null;
  return {
    tenant_id: message.tenant_id,
    phone,
    phone_alias: phoneAlias,
    bsuid,
    parent_bsuid: parentBsuid,
  };
}

function backoffMs(attempts: number): number {
  return Math.min(500 * 2 ** Math.min(attempts, 20), LONGEST_WAIT_MS);
}

function textOf(code: number | null): string | null {
  return code === null ? null : String(code);
}
