import { cleanProse } from "../../base/clean_prose.ts";
import { isObject, type JsonObject } from "../../base/json/json.ts";
import type { InboundMessage } from "./context.ts";

/** Reads the content of inbound messages. Content of an unexpected shape is ignored, never an error. */

/**
 * The text of a message, without invisible characters of a paste: what was typed, or the title of a tapped quick reply of a
 * template. Null for other messages.
 */
export function typedText({ type, content }: InboundMessage): string | null {
  if (!isObject(content)) return null;
  const words = type === "text" ? content.body : type === "button" ? (content.text ?? content.payload) : null;
  return typeof words === "string" ? cleanProse(words) || null : null;
}

/** A tap on a button or row of an interactive message, or on a quick reply of a template. */
export function tappedReply({ type, content }: InboundMessage): { id: string; title: string } | null {
  if (!isObject(content)) return null;
  if (type === "button") return replyOf(content.payload, content.text);
  const reply = type === "interactive" ? (content.button_reply ?? content.list_reply) : null;
  return isObject(reply) ? replyOf(reply.id, reply.title) : null;
}

function replyOf(id: unknown, title: unknown): { id: string; title: string } | null {
  return typeof id === "string" ? { id, title: typeof title === "string" ? title : "" } : null;
}

/** The answer to a WhatsApp Flow: the data that was entered, and the Flow's token. Null for any other message. */
export function flowAnswer({
  type,
  content,
}: InboundMessage): { token: string | null; response: JsonObject } | null {
  const reply = type === "interactive" && isObject(content) ? content.nfm_reply : null;
  if (!isObject(reply)) return null;
  const { flow_token: token, ...response } = parseResponse(reply.response_json);
  return { token: typeof token === "string" ? token : null, response };
}

/** `response_json` should be the JSON text of an object. Other texts have been received: they become an empty object. */
function parseResponse(text: unknown): JsonObject {
  try {
    const value: unknown = typeof text === "string" ? JSON.parse(text) : text;
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

/** Types of messages that chatbots ignore. */
const SILENT: ReadonlySet<string> = new Set([
  "reaction",
  "edit",
  "revoke",
  "system",
  "unsupported",
  "unknown",
  "request_welcome",
  "media_placeholder",
]);

export function isSilent(message: InboundMessage): boolean {
  return SILENT.has(message.type);
}
