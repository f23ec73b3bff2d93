import type { ContactIdentity } from "./facts/contact_identity.ts";

/** The outcome of one attempt to send a message, with the provider's codes and texts. */
export type Outcome =
  | {
      kind: "sent";
      providerMessageId: string;
      /** The recipient's addresses, if the provider returns more than the one that was used. */
      recipient: ContactIdentity | null;
      /** Whether the provider delivers it later, if at all, because it assesses the quality of its template first. */
      isHeld?: true;
    }
  | Failure;

/** Why a request to a provider was not processed, or may not have been processed. */
export type Failure =
  /** Permanent: the same request will not succeed. */
  | {
      kind: "rejected";
      code: string | null;
      title: string | null;
      details: string | null;
      /** Whether the reason may be that the provider does not have the message's file any more. */
      mayLackMedia?: boolean;
    }
  /**
   * Too many requests: not processed, safe to repeat. Of the whole channel, or of one contact on it. `retryAfterMs` is
   * null where neither the provider nor the adapter knows how long to wait.
   */
  | { kind: "throttled"; code: string; scope: "channel" | "contact"; retryAfterMs: number | null }
  /** The request did not reach the provider; it is safe to repeat. */
  | { kind: "unavailable"; reason: string }
  /** Not processed: the provider refuses the account or its credentials until an administrator acts. */
  | { kind: "channel_stopped"; code: string | null; title: string | null; details: string | null }
  /** The request may have been processed: it is not repeated, but a status may still show the outcome. */
  | { kind: "uncertain"; code: string | null; reason: string };
