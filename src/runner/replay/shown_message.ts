import { isObject, type Json, type JsonObject } from "../../base/json/json.ts";
import { preview } from "../../chatbot/simulation/customer.ts";

/** A message in either direction: its content as `messages.content` stores it, and a preview for people. */
export type ShownMessage = { type: string; content: Json; preview: string };

export function shownMessage({ type, content }: { type: string; content: Json }): ShownMessage {
  return { type, content, preview: replyText(content) ?? preview({ type, content: content as JsonObject }) };
}

/** The preview of a tap or of an answer to a WhatsApp Flow. */
function replyText(content: Json): string | null {
  if (!isObject(content)) return null;
  const { button_reply, list_reply, nfm_reply } = content;
  for (const reply of [button_reply, list_reply])
    if (isObject(reply)) return `[${String(reply.title ?? reply.id ?? "")}]`;
  return isObject(nfm_reply) ? String(nfm_reply.response_json ?? "") : null;
}

/** Whether messages are equal for a customer. Ignores tokens of WhatsApp Flows, which differ by run, and the order of keys. */
export function isSame(one: readonly ShownMessage[], other: readonly ShownMessage[]): boolean {
  return JSON.stringify(one.map(comparable)) === JSON.stringify(other.map(comparable));
}

function comparable({ type, content }: ShownMessage): Json {
  return [type, sorted(content)];
}

function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  const names = Object.keys(value).filter((name) => name !== "flow_token" && value[name] !== undefined);
  return names.sort().map((name) => [name, sorted(value[name] ?? null)]);
}
