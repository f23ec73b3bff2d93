import { listField, textField } from "../../base/json/fields.ts";
import { isObject } from "../../base/json/json.ts";
import type { GraphNode } from "../graph/graph.ts";
import { type Problem, problem, warning } from "./problem.ts";

const TEXT_LIMIT = 4096;
const CAPTION_LIMIT = 1024;
const MEDIA_TYPES = ["image", "video", "audio", "document", "sticker"];

/** What is wrong with a message node: what it lacks to be sent, and what will not fit. */
export function messageProblems({ id, data }: GraphNode): Problem[] {
  const type = textField(data, "messageType") || "text";
  const lacks = (field: string) => textField(data, field).trim() === "";
  const empty = [problem("empty_message", id, "There is nothing to send.")];
  if (MEDIA_TYPES.includes(type)) {
    if (lacks("mediaId") && lacks("mediaUrl")) return empty;
    const caption = textField(data, "caption") || textField(data, "content");
    return caption.length > CAPTION_LIMIT
      ? [problem("text_too_long", id, `A caption has at most ${CAPTION_LIMIT} characters.`)]
      : [];
  }
  switch (type) {
    case "text": {
      const length = textField(data, "content").length;
      if (lacks("content")) return empty;
      return length > TEXT_LIMIT
        ? [warning("text_too_long", id, `${length} characters are sent as several messages.`)]
        : [];
    }
    case "location":
      return lacks("latitude") || lacks("longitude") ? empty : [];
    case "contacts":
      return listField(data, "contacts").length === 0 ? empty : [];
    case "template":
      return lacks("templateName") && !isObject(data.template) ? empty : [];
    case "interactive":
      return isObject(data.interactive) ? [] : empty;
    default:
      return [warning("unknown_message_type", id, `"${type}" is not known; the content is sent as text.`)];
  }
}
