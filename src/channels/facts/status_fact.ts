import type { JsonObject } from "../../base/json/json.ts";
import type { ContactIdentity } from "./contact_identity.ts";
import type { FactSource } from "./fact_source.ts";

/** A status of a sent message. Any number of statuses may arrive, in any order. */
export type StatusFact = FactSource & {
  kind: "status";
  /** The provider's id of the message; at least one of the two ids is present. */
  providerMessageId: string | null;
  /** The id of the message row, if the provider returns it. */
  messageId: string | null;
  status: "sent" | "delivered" | "read" | "played" | "failed";
  occurredAt: number | null;
  recipient: ContactIdentity;
  profileName: string | null;
  username: string | null;
  /** Set for a message to a group: the status is then that of one participant. */
  groupId: string | null;
  /** The provider's error, with its `code` as a text. */
  error: JsonObject | null;
  pricing: JsonObject | null;
};
