import { textField } from "../../base/json/fields.ts";
import { isObject, type JsonObject } from "../../base/json/json.ts";
import type { InboundMessage } from "../engine/context.ts";
import type { OutboundMessage } from "../engine/effect.ts";

/**
 * The message that a customer's phone would send for a reply written by a tester: a tap, if the last message has an option
 * of that id or title; for `{…}` the answer to a WhatsApp Flow, or the described message if it has a `type`; otherwise a text.
 */
export function replyToMessage(reply: string, lastSaid: OutboundMessage | undefined): InboundMessage {
  const option = lastSaid && optionsIn(lastSaid).find(({ id, title }) => id === reply || title === reply);
  if (option) {
    const type = option.isRow ? "list_reply" : "button_reply";
    const { id, title } = option;
    return { id: null, type: "interactive", content: { type, [type]: { id, title } } };
  }
  const written = parseObject(reply);
  if (written === null) return { id: null, type: "text", content: { body: reply } };
  const type = textField(written, "type");
  const content = written[type];
  if (isObject(content) || Array.isArray(content)) return { id: null, type, content };
  const nfm_reply = { name: "flow", body: "Sent", response_json: JSON.stringify(written) };
  return { id: null, type: "interactive", content: { type: "nfm_reply", nfm_reply } };
}

/** A message as text for a tester: its body, followed by the options that can be tapped. */
export function preview({ type, content }: OutboundMessage): string {
  if (!isObject(content)) return `[${type}]`;
  if (type === "text") return textField(content, "body");
  if (type !== "interactive")
    return `[${type}] ${textField(content, "caption") || textField(content, "name")}`.trim();
  const body = isObject(content.body) ? textField(content.body, "text") : "";
  const titles = optionsIn({ type, content }).map(({ title }) => `[${title}]`);
  return [body, ...titles].filter((line) => line !== "").join("\n");
}

/** The buttons and rows of an interactive message. */
function optionsIn({ type, content }: OutboundMessage): { id: string; title: string; isRow: boolean }[] {
  const action =
    type === "interactive" && isObject(content) && isObject(content.action) ? content.action : {};
  const buttons = objectsIn(action.buttons).map((button) => ({ option: button.reply, isRow: false }));
  const rows = objectsIn(action.sections).flatMap((section) =>
    objectsIn(section.rows).map((option) => ({ option, isRow: true })),
  );
  return [...buttons, ...rows].flatMap(({ option, isRow }) =>
    isObject(option) ? { id: textField(option, "id"), title: textField(option, "title"), isRow } : [],
  );
}

function objectsIn(list: unknown): JsonObject[] {
  return Array.isArray(list) ? list.filter(isObject) : [];
}

/** Parses a tester's reply that is a JSON object: an answer to a WhatsApp Flow, or the payload of a callback. */
export function parseObject(text: string): JsonObject | null {
  if (!text.trimStart().startsWith("{")) return null;
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}
