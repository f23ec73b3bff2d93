import { isObject, type JsonObject } from "../../../base/json/json.ts";
import type { MessageType } from "../../facts/message_fact.ts";

/** Their body is an object under the key of their name. */
const TYPES: ReadonlySet<string> = new Set<MessageType>([
  "text",
  "image",
  "video",
  "audio",
  "document",
  "sticker",
  "location",
  "contacts",
  "interactive",
  "button",
  "order",
  "reaction",
  "system",
  "edit",
  "revoke",
  "template",
  "request_welcome",
  "unsupported",
  "media_placeholder",
]);

/** Types that may come without a body. */
const BODILESS: ReadonlySet<string> = new Set<MessageType>([
  "request_welcome",
  "unsupported",
  "media_placeholder",
]);

export type Content = {
  type: MessageType;
  content: JsonObject;
  /** The key the content was under; null when the content is the whole message. */
  key: string | null;
};

/**
 * A message's type and the Graph API's own object of that type. A message without a `type` has that of its body; one of
 * a type we do not know, or without the body its type must have, is `unknown` and its content the whole message.
 */
export function contentOf(message: JsonObject): Content {
  const key = typeof message.type === "string" && message.type !== "" ? message.type : keyOfBody(message);
  const body = key !== null && Object.hasOwn(message, key) ? message[key] : undefined;
  // Voice notes were a type of their own before they became audio with `voice: true`.
  const type = key === "voice" ? "audio" : key;
  if (type === null || !isMessageType(type)) return { type: "unknown", content: message, key: null };
  if (type === "contacts" && Array.isArray(body)) return { type, content: { contacts: body }, key };
  if (isObject(body) && isUsable(type, body)) return { type, content: body, key };
  return { type: BODILESS.has(type) ? type : "unknown", content: message, key: null };
}

function isMessageType(word: string): word is MessageType {
  return TYPES.has(word);
}

function keyOfBody(message: JsonObject): string | null {
  return Object.keys(message).find((key) => TYPES.has(key) && typeof message[key] === "object") ?? null;
}

/** Bots read `text.body` on every turn: it is the one promise made about what is inside. */
function isUsable(type: MessageType, body: JsonObject): boolean {
  return type !== "text" || typeof body.body === "string";
}
