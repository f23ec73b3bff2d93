import type { JsonObject } from "../../base/json/json.ts";
import type { ContactIdentity } from "./contact_identity.ts";
import type { FactSource } from "./fact_source.ts";

/** A message of a conversation, in either direction. */
export type MessageFact = FactSource & {
  kind: "message";
  providerMessageId: string;
  occurredAt: number | null;
  direction: "inbound" | "outbound";
  origin: MessageOrigin;
  type: MessageType;
  /** The value of `messages.content`; for `unknown` and for types without content, the whole message. */
  content: JsonObject;
  /** Other data of the message. */
  metadata: JsonObject;
  /** The message that it answers. */
  quotedProviderMessageId: string | null;
  /** The customer: the sender of an inbound message, the recipient of an outbound one. */
  contact: ContactIdentity;
  profileName: string | null;
  username: string | null;
};

/**
 * `live`: a new message. `echo`: sent by the business in another app. `history`: imported. `standby`: another app owns the
 * conversation; never reply. `group`: sent in a group.
 */
export type MessageOrigin = "live" | "echo" | "history" | "standby" | "group";

/** The values of app_public.message_type. `unknown`: an unsupported type, or a message without its content. */
export type MessageType =
  | "text"
  | "image"
  | "video"
  | "audio"
  | "document"
  | "sticker"
  | "location"
  | "contacts"
  | "interactive"
  | "button"
  | "order"
  | "reaction"
  | "system"
  | "request_welcome"
  | "unsupported"
  | "edit"
  | "revoke"
  | "media_placeholder"
  | "template"
  | "unknown";
