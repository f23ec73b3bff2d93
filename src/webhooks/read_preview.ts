import { numberOf, objectOf, objectsOf, textOf } from "./read_json.ts";
import type { Json, JsonObject, MessageType } from "./webhook_item.ts";

/**
 * What a list of conversations, or a search, shows of a message: the customer's own words where there are any, at most
 * 1000 characters. Empty where the type says it all (a photograph without caption).
 */
export function previewOf(type: MessageType, content: JsonObject): string {
  return textOf(wordsOf(type, content) ?? "") ?? "";
}

function wordsOf(type: MessageType, content: JsonObject): Json | undefined {
  switch (type) {
    case "text":
    case "system":
      return content.body;
    case "image":
    case "video":
    case "audio":
      return content.caption;
    case "document":
      return content.caption ?? content.filename;
    case "button":
      return content.text ?? content.payload;
    case "reaction":
      return content.emoji;
    case "template":
      return content.name;
    case "order":
      return content.text;
    case "location":
      return content.name ?? content.address ?? coordinates(content);
    case "contacts":
      return names(content);
    case "interactive":
      return interactive(content);
    case "edit":
      return edited(content);
    case "sticker":
    case "request_welcome":
    case "unsupported":
    case "revoke":
    case "media_placeholder":
    case "unknown":
      return "";
    default:
      return type satisfies never;
  }
}

function coordinates(location: JsonObject): string {
  const latitude = numberOf(location.latitude);
  const longitude = numberOf(location.longitude);
  return latitude === null || longitude === null ? "" : `${latitude}, ${longitude}`;
}

function names(content: JsonObject): string {
  return objectsOf(content.contacts)
    .slice(0, 20)
    .map((contact) => textOf(objectOf(contact.name)?.formatted_name))
    .filter((name) => name !== null)
    .join(", ");
}

/** A tap on a button or list, a submitted flow; or, in echoes and history, what the business showed. */
function interactive(content: JsonObject): Json | undefined {
  const reply = typeof content.type === "string" ? objectOf(content[content.type]) : null;
  return reply?.title ?? reply?.body ?? reply?.response ?? objectOf(content.body)?.text;
}

function edited(content: JsonObject): Json | undefined {
  const message = objectOf(content.message);
  const body = typeof message?.type === "string" ? objectOf(message[message.type]) : null;
  return body?.body ?? body?.caption;
}
