import type { ContactIdentity } from "./facts/contact_identity.ts";

/** The outcome of one attempt to send a message. Codes and texts are the provider's. */
export type Outcome =
  | {
      kind: "sent";
      providerMessageId: string;
      /** The recipient's addresses, where the provider knows more of them than the one it was sent to. */
      recipient: ContactIdentity | null;
    }
  | Failure;

/** Why something that a provider was asked to do was not done, or may not have been done. */
export type Failure =
  /** Permanent: the same request will not succeed. */
  | { kind: "rejected"; code: string | null; title: string | null; details: string | null }
  /**
   * Too many requests: not processed, safe to repeat. Of the whole channel, or of one contact on it. `retryAfterMs` is
   * null where neither the provider nor the adapter knows how long to wait.
   */
  | { kind: "throttled"; code: string; scope: "channel" | "contact"; retryAfterMs: number | null }
  /** It never reached the provider, safe to repeat. */
  | { kind: "unavailable"; reason: string }
  /** Not processed: the provider refuses the account or its credentials, and will until a person acts. */
  | { kind: "channel_stopped"; code: string | null; title: string | null; details: string | null }
  /** It may have been done: never repeated before a status had the chance to settle it. */
  | { kind: "uncertain"; code: string | null; reason: string };
