import { numberField, textField } from "../../base/json/fields.ts";
import { isObject, type JsonObject } from "../../base/json/json.ts";
import { mapFieldTexts } from "../../base/json/map_texts.ts";
import type { OutboundMessage } from "../engine/effect.ts";
import { LEAVE } from "../engine/step.ts";
import type { Turn } from "../engine/turn.ts";
import { choice, defineFields, list, object, template, text, url } from "../fields/define_fields.ts";
import type { Field } from "../fields/field.ts";
import type { GraphNode } from "../graph/graph.ts";
import { type Problem, problem, warning } from "../validation/problem.ts";
import { defineNode } from "./define_node.ts";

const MEDIA_TYPES = ["image", "video", "audio", "document", "sticker"];
const TEXT_LIMIT = 4096;
const CAPTION_LIMIT = 1024;

const FIELDS = defineFields({
  messageType: choice("The type of the message. It determines which of the other fields are used.", [
    "text",
    ...MEDIA_TYPES,
    "location",
    "contacts",
    "template",
    "interactive",
  ]),
  content: template(
    `The text. A text of more than ${TEXT_LIMIT} characters is sent as several messages. For media: the caption.`,
  ),
  mediaUrl: url("The public HTTPS address of the file."),
  mediaId: template("The provider's id of the file, instead of an address."),
  caption: template("The caption of an image, a video or a document.", { limit: CAPTION_LIMIT }),
  filename: template("The file name of a document."),
  latitude: template("The latitude of a location."),
  longitude: template("The longitude of a location."),
  name: template("The name of a location."),
  address: template("The address of a location."),
  contacts: list("The contact cards, in the format of `messages.content`."),
  templateName: template(
    "The name of a message template. Only templates are delivered outside the 24-hour window.",
  ),
  templateLanguage: text("The language of the template.", { default: "en" }),
  templateComponents: list("The parameters of the template, in the format of `messages.content`."),
  template: object("The content of a template message, instead of the three fields above."),
  interactive: object("The content of an interactive message, for types that have no fields of their own."),
});

export const message = defineNode({
  kind: "message",
  about: "Sends a message. All texts may contain variables.",
  fields: FIELDS,
  exits: [{ handle: "error", label: "never taken, because the result of sending is known only later" }],
  needsWindow: (data) => FIELDS.messageType.of(data) !== "template",
  references(data) {
    if (FIELDS.messageType.of(data) !== "template") return [];
    const whole = FIELDS.template.of(data);
    const name = textField(whole, "name") || FIELDS.templateName.of(data);
    const code = isObject(whole.language) ? textField(whole.language, "code") : "";
    const id = `${name}/${code || FIELDS.templateLanguage.of(data)}`;
    return name === "" ? [] : [{ kind: "template", id, field: "templateName" }];
  },
  problems,
  enter(turn, node) {
    const sent = messageOf(turn, node);
    if (sent) turn.send(node, sent);
    else turn.say(node, turn.fill(node, FIELDS.content.of(node.data)));
    turn.record(node, {});
    return LEAVE;
  },
});

/** Checks that the node has something to send and that it fits into a message. */
function problems({ id, data }: GraphNode): Problem[] {
  const type = FIELDS.messageType.of(data);
  const lacks = (field: Field<string>) => field.of(data).trim() === "";
  const empty = [
    problem("empty_message", id, "The message must not be empty: a field that its type requires is missing."),
  ];
  if (MEDIA_TYPES.includes(type)) {
    if (lacks(FIELDS.mediaId) && lacks(FIELDS.mediaUrl)) return empty;
    const caption = FIELDS.caption.of(data) || FIELDS.content.of(data);
    return caption.length > CAPTION_LIMIT
      ? [problem("text_too_long", id, `The caption must not exceed ${CAPTION_LIMIT} characters.`)]
      : [];
  }
  switch (type) {
    case "text": {
      const { length } = FIELDS.content.of(data);
      if (lacks(FIELDS.content)) return empty;
      return length > TEXT_LIMIT
        ? [warning("text_too_long", id, `${length} characters are sent as several messages.`)]
        : [];
    }
    case "location":
      return lacks(FIELDS.latitude) || lacks(FIELDS.longitude) ? empty : [];
    case "contacts":
      return FIELDS.contacts.of(data).length === 0 ? empty : [];
    case "template":
      return lacks(FIELDS.templateName) && !isObject(data.template) ? empty : [];
    case "interactive":
      return isObject(data.interactive) ? [] : empty;
    default:
      return [
        warning(
          "unknown_message_type",
          id,
          `The message type "${type}" does not exist; the content is sent as text.`,
        ),
      ];
  }
}

/** The message of a node, unless it is a text; null also for a node whose main field is missing. */
function messageOf(turn: Turn, node: GraphNode): OutboundMessage | null {
  const { data } = node;
  const type = FIELDS.messageType.of(data);
  const fill = (text: string) => turn.fillPlain(node, text);
  if (MEDIA_TYPES.includes(type)) return mediaMessage(turn, node, type);
  switch (type) {
    case "location": {
      const latitude = coordinate(turn, node, FIELDS.latitude);
      const longitude = coordinate(turn, node, FIELDS.longitude);
      if (latitude === undefined || longitude === undefined) return null;
      return {
        type,
        content: { latitude, longitude, ...filled(turn, node, [FIELDS.name, FIELDS.address]) },
      };
    }
    case "contacts": {
      const contacts = FIELDS.contacts.of(data).filter(isObject);
      return contacts.length > 0
        ? { type, content: contacts.map((contact) => mapFieldTexts(contact, fill)) }
        : null;
    }
    case "template": {
      const sent = templateOf(data);
      return sent && { type, content: mapFieldTexts(sent, fill) };
    }
    case "interactive":
      return isObject(data.interactive) ? { type, content: mapFieldTexts(data.interactive, fill) } : null;
    default:
      return null;
  }
}

function mediaMessage(turn: Turn, node: GraphNode, type: string): OutboundMessage | null {
  const { mediaId: id, mediaUrl: link } = filled(turn, node, [FIELDS.mediaId, FIELDS.mediaUrl]);
  const file: JsonObject | null = id !== undefined ? { id } : link !== undefined ? { link } : null;
  if (file === null) return null;
  const texts = filled(turn, node, [FIELDS.caption, FIELDS.content, FIELDS.filename]);
  const { caption, content, filename } = texts;
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
  const name = FIELDS.templateName.of(data);
  if (name === "") return null;
  const components = FIELDS.templateComponents.of(data);
  const language = { code: FIELDS.templateLanguage.of(data) };
  return { name, language, ...(components.length > 0 && { components }) };
}

/** The fields that are not empty, with variables filled. */
function filled(turn: Turn, node: GraphNode, fields: Field<string>[]): { [name: string]: string } {
  const present = fields.map(
    (field) => [field.name, turn.fillPlain(node, field.of(node.data)).trim()] as const,
  );
  return Object.fromEntries(present.filter(([, text]) => text !== ""));
}

function coordinate(turn: Turn, node: GraphNode, field: Field<string>): number | undefined {
  return numberField({ [field.name]: turn.fillPlain(node, field.of(node.data)) }, field.name);
}
