import { isObject, type JsonObject } from "../../base/json/json.ts";
import { cleanProse } from "../text/pasted.ts";
import type { InboundMessage } from "./context.ts";

/** Reads what the content of inbound messages says, whatever shape it really has. */

/**
 * The words of a message, without what travels along with a paste: a text, or a tap on a template's quick reply. Null
 * when it has none.
 */
export function typedText({ type, content }: InboundMessage): string | null {
  if (!isObject(content)) return null;
  const words = type === "text" ? content.body : type === "button" ? (content.text ?? content.payload) : null;
  return typeof words === "string" ? cleanProse(words) || null : null;
}

/** A tap on a button or a row of ours, or on a template's quick reply. */
export function tappedReply({ type, content }: InboundMessage): { id: string; title: string } | null {
  if (!isObject(content)) return null;
  if (type === "button") return replyOf(content.payload, content.text);
  const reply = type === "interactive" ? (content.button_reply ?? content.list_reply) : null;
  return isObject(reply) ? replyOf(reply.id, reply.title) : null;
}

function replyOf(id: unknown, title: unknown): { id: string; title: string } | null {
  return typeof id === "string" ? { id, title: typeof title === "string" ? title : "" } : null;
}

/** The answer of a form: what was entered, and the token it was sent with. Null for any other message. */
export function formAnswer({
  type,
  content,
}: InboundMessage): { token: string | null; response: JsonObject } | null {
  const reply = type === "interactive" && isObject(content) ? content.nfm_reply : null;
  if (!isObject(reply)) return null;
  const { flow_token: token, ...response } = parseResponse(reply.response_json);
  return { token: typeof token === "string" ? token : null, response };
}

/** `response_json` is a text of JSON; texts that are not JSON, or not an object, have been seen. */
function parseResponse(text: unknown): JsonObject {
  try {
    const value: unknown = typeof text === "string" ? JSON.parse(text) : text;
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

/** Messages that say nothing to a bot: they neither start nor move it. */
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
