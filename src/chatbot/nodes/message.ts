import { listField, numberField, textField } from "../../base/json/fields.ts";
import { isObject, type JsonObject } from "../../base/json/json.ts";
import { mapFieldTexts } from "../../base/json/map_texts.ts";
import type { OutboundMessage } from "../engine/effect.ts";
import { LEAVE, type Step } from "../engine/step.ts";
import type { Turn } from "../engine/turn.ts";
import type { GraphNode } from "../graph/graph.ts";

const MEDIA_TYPES = ["image", "video", "audio", "document", "sticker"];

/**
 * Says something. `messageType`, `text` by default, decides which fields count; all texts are interpolated.
 *
 * - `text`: `content`; longer than 4096 characters, it is several messages.
 * - `image`, `video`, `audio`, `document`, `sticker`: `mediaId` or `mediaUrl` (public HTTPS); `caption` or
 *   `content`; `filename` of a document.
 * - `location`: `latitude`, `longitude`, `name`, `address`. `contacts`: `contacts`, Meta's own array.
 * - `template`: `templateName`, `templateLanguage`, `templateComponents`; or `template`, Meta's own object.
 * - `interactive`: `interactive`, Meta's own object: the way to whatever has no node of its own.
 */
export function enterMessage(turn: Turn, node: GraphNode): Step {
  const message = messageOf(turn, node);
  if (message) turn.send(node, message);
  else turn.say(node, turn.fill(node, textField(node.data, "content")));
  turn.record(node, {});
  return LEAVE;
}

/** The message of a node that says more than text; null for text, and for what lacks its main field. */
function messageOf(turn: Turn, node: GraphNode): OutboundMessage | null {
  const { data } = node;
  const type = textField(data, "messageType");
  const fill = (text: string) => turn.fillPlain(node, text);
  if (MEDIA_TYPES.includes(type)) return mediaMessage(turn, node, type);
  switch (type) {
    case "location": {
      const [latitude, longitude] = [coordinate(turn, node, "latitude"), coordinate(turn, node, "longitude")];
      if (latitude === undefined || longitude === undefined) return null;
      return { type, content: { latitude, longitude, ...filled(turn, node, ["name", "address"]) } };
    }
    case "contacts": {
      const contacts = listField(data, "contacts").filter(isObject);
      return contacts.length > 0
        ? { type, content: contacts.map((contact) => mapFieldTexts(contact, fill)) }
        : null;
    }
    case "template": {
      const template = templateOf(data);
      return template && { type, content: mapFieldTexts(template, fill) };
    }
    case "interactive":
      return isObject(data.interactive) ? { type, content: mapFieldTexts(data.interactive, fill) } : null;
    default:
      return null;
  }
}

function mediaMessage(turn: Turn, node: GraphNode, type: string): OutboundMessage | null {
  const { mediaId: id, mediaUrl: link } = filled(turn, node, ["mediaId", "mediaUrl"]);
  const file: JsonObject | null = id !== undefined ? { id } : link !== undefined ? { link } : null;
  if (file === null) return null;
  const { caption, content, filename } = filled(turn, node, ["caption", "content", "filename"]);
  const hasCaption = type !== "audio" && type !== "sticker";
  return {
    type,
    content: {
      ...file,
      ...(hasCaption && (caption ?? content) !== undefined && { caption: caption ?? content }),
      ...(type === "document" && filename !== undefined && { filename }),
    },
  };
}

function templateOf(data: JsonObject): JsonObject | null {
  if (isObject(data.template)) return data.template;
  const name = textField(data, "templateName");
  if (name === "") return null;
  const components = listField(data, "templateComponents");
  const code = textField(data, "templateLanguage") || "en";
  return { name, language: { code }, ...(components.length > 0 && { components }) };
}

/** The fields that are not empty, filled. */
function filled(turn: Turn, node: GraphNode, names: string[]): { [name: string]: string } {
  const present = names.map(
    (name) => [name, turn.fillPlain(node, textField(node.data, name)).trim()] as const,
  );
  return Object.fromEntries(present.filter(([, text]) => text !== ""));
}

function coordinate(turn: Turn, node: GraphNode, name: string): number | undefined {
  return numberField({ [name]: turn.fillPlain(node, textField(node.data, name)) }, name);
}
