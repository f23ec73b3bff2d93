import { isObject, type JsonObject } from "../../../base/json/json.ts";
import type { MessageType } from "../../facts/message_fact.ts";

/** The message types whose content is an object under the key of the same name. */
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

/** The message types that are valid without a content object. */
const BODILESS: ReadonlySet<string> = new Set<MessageType>([
  "request_welcome",
  "unsupported",
  "media_placeholder",
]);

export type Content = {
  type: MessageType;
  content: JsonObject;
  /** The key that contained the content; null if the content is the whole message. */
  key: string | null;
};

/**
 * Returns the type of a message and the Graph API's object of that type. If `type` is missing, the key of the object
 * is the type. If the type is unknown, or its object is missing, the type is `unknown` and the content is the whole
 * message.
 */
export function contentOf(message: JsonObject): Content {
  const key = typeof message.type === "string" && message.type !== "" ? message.type : keyOfBody(message);
  const body = key !== null && Object.hasOwn(message, key) ? message[key] : undefined;
  // Voice notes were a separate type before Meta made them audio with `voice: true`.
  if (key === "voice" && isObject(body)) return { type: "audio", content: { ...body, voice: true }, key };
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

/** Requires a string in `text.body`, because chatbots read it in each turn. Other content is not checked. */
function isUsable(type: MessageType, body: JsonObject): boolean {
  return type !== "text" || typeof body.body === "string";
}
