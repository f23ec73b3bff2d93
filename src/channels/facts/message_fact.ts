import type { JsonObject } from "../../base/json/json.ts";
import type { ContactIdentity } from "./contact_identity.ts";
import type { FactSource } from "./fact_source.ts";

/** Something said in a conversation. */
export type MessageFact = FactSource & {
  kind: "message";
  providerMessageId: string;
  occurredAt: number | null;
  direction: "inbound" | "outbound";
  origin: MessageOrigin;
  type: MessageType;
  /** What `messages.content` holds for the type; of `unknown`, and of types without content, the whole message. */
  content: JsonObject;
  /** What else the message carried. */
  metadata: JsonObject;
  /** The message that it answers. */
  quotedProviderMessageId: string | null;
  /** The customer: who sent an inbound message, who receives an outbound one. */
  contact: ContactIdentity;
  profileName: string | null;
  username: string | null;
};

/**
 * `live`: said now. `echo`: sent by the business in another app. `history`: imported. `standby`: another app owns the
 * thread, never reply. `group`: said in a group.
 */
export type MessageOrigin = "live" | "echo" | "history" | "standby" | "group";

/** The values of app_public.message_type. `unknown`: a type that we do not know, or one that came without its content. */
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
