import type { Message } from "./chats.ts";
import { isJsonObject, type JsonObject } from "./json.ts";

/** Something a customer can tap in a message, and the reply that the business then receives. */
export interface Choice {
  kind: "button" | "row" | "quickReply";
  id: string;
  title: string;
  description?: string | undefined;
}

/** Everything there is to tap in a message that goes back to the business. */
export function choicesOf(message: Message): Choice[] {
  if (message.from !== "business") return [];
  if (message.rendered) {
    return message.rendered.buttons
      .filter(({ type }) => type === "QUICK_REPLY")
      .map(({ text, payload }) => ({ kind: "quickReply", id: payload, title: text }));
  }
  if (message.type !== "interactive" || !isJsonObject(message.content)) return [];
  const action = isJsonObject(message.content.action) ? message.content.action : {};
  const buttons = objectsIn(action.buttons).flatMap(({ reply }) => (isJsonObject(reply) ? [reply] : []));
  const rows = objectsIn(action.sections).flatMap((section) => objectsIn(section.rows));
  return [...buttons.map((button) => toChoice("button", button)), ...rows.map((row) => toChoice("row", row))];
}

function objectsIn(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

function toChoice(kind: "button" | "row", { id, title, description }: JsonObject): Choice {
  return {
    kind,
    id: String(id),
    title: String(title),
    ...(typeof description === "string" && { description }),
  };
}
