import type { JsonObject } from "../../base/json/json.ts";
import type { ContactIdentity } from "./contact_identity.ts";
import type { FactSource } from "./fact_source.ts";

/** The outcome, so far, of a message that we sent. Any number of them may come, in any order. */
export type StatusFact = FactSource & {
  kind: "status";
  /** The provider's id of the message; one of the two ids is always there. */
  providerMessageId: string | null;
  /** Ours, where the provider gives it back. */
  messageId: string | null;
  status: "sent" | "delivered" | "read" | "played" | "failed";
  occurredAt: number | null;
  recipient: ContactIdentity;
  profileName: string | null;
  username: string | null;
  /** Set when the message went to a group: this status is then one participant's. */
  groupId: string | null;
  /** The provider's, with its `code` as a text. */
  error: JsonObject | null;
  pricing: JsonObject | null;
};
