import type { JsonObject } from "../../../base/json/json.ts";

/** What passes between us and the Graph API (reference/cloud-api.md sections 8 and 11). */

/** A connected number, and how to speak for it. */
export type Channel = {
  /** `https://graph.facebook.com`, or the address of a stand-in such as the sandbox; no trailing slash. */
  graphUrl: string;
  /** `v25.0`. */
  graphVersion: string;
  phoneNumberId: string;
  accessToken: string;
};

/** A message row, as far as sending it needs. */
export type OutboundMessage = {
  /** Ours; it comes back as `biz_opaque_callback_data` in every status. */
  id: string;
  type: string;
  /** The Graph API's own object of that type; of `contacts`, `{"contacts": […]}`. */
  content: JsonObject;
  /** Phone as E.164 with `+`. The phone is used where there is one. */
  to: { phone?: string | null; bsuid?: string | null };
  replyToProviderMessageId?: string | null;
};

/** Whose rate was exceeded: everything of the number, one customer, or everything of the business account. */
export type ThrottleScope = "channel" | "pair" | "business_account";

/** Why something the Graph API was asked to do was not done, or may not have been. */
export type Failure =
  /** Permanent: the same request will not succeed. */
  | {
      kind: "rejected";
      code: number | null;
      subcode: number | null;
      title: string | null;
      details: string | null;
    }
  /** Not processed, safe to repeat later. `retryAfterMs` is null where the provider and the code name no time. */
  | { kind: "throttled"; code: number; scope: ThrottleScope; retryAfterMs: number | null }
  /** Never reached the provider, safe to repeat. */
  | { kind: "unavailable"; reason: string }
  /** Nothing goes out on this channel before a person acts. Not processed. */
  | { kind: "channel_stopped"; code: number | null; title: string | null; details: string | null }
  /** May or may not have been done: never repeat before a status webhook had its chance to tell. */
  | { kind: "uncertain"; code: number | null; reason: string };

/** What became of one attempt to send. */
export type Outcome =
  | {
      kind: "sent";
      providerMessageId: string;
      /** The address the provider resolved, where it tells. */
      waId: string | null;
      userId: string | null;
      /** `accepted`, `held_for_quality_assessment`, `paused`. */
      messageStatus: string | null;
    }
  | Failure;
