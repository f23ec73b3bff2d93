import { listField, textField } from "../../base/json/fields.ts";
import { isObject, type Json, type JsonObject } from "../../base/json/json.ts";
import type { TypebotVariables } from "./typebot_variables.ts";

/** Converts rich text to WhatsApp's markup: `*bold*`, `_italic_`, `~struck~`, lists, links after their text. */
export function richText(content: JsonObject, variables: TypebotVariables): string {
  const paragraphs = listField(content, "richText").map((paragraph) => block(paragraph, "- "));
  return variables.text(paragraphs.join("\n").trim() || textField(content, "plainText"));
}

function block(element: Json, bullet: string): string {
  if (!isObject(element)) return "";
  const children = listField(element, "children");
  switch (element.type) {
    case "ul":
      return children.map((item) => block(item, bullet)).join("\n");
    case "ol":
      return children.map((item, index) => block(item, `${index + 1}. `)).join("\n");
    case "li":
      return `${bullet}${children.map((child) => block(child, "- ")).join("\n")}`;
    case "blockquote":
      return `> ${children.map(inline).join("")}`;
    default: {
      const isHeading = typeof element.type === "string" && /^h[1-6]$/.test(element.type);
      return mark(inline(element), isHeading, "*");
    }
  }
}

const MARKS = [
  ["bold", "*"],
  ["italic", "_"],
  ["strikethrough", "~"],
  ["code", "`"],
] as const;

function inline(element: Json): string {
  if (!isObject(element)) return "";
  const text = textField(element, "text");
  if (text !== "")
    return MARKS.reduce((marked, [name, sign]) => mark(marked, element[name] === true, sign), text);
  const words = listField(element, "children").map(inline).join("");
  const url = textField(element, "url");
  return url !== "" && url !== words ? `${words} (${url})`.trimStart() : words;
}

/** Applies a mark directly around the text, without spaces between, as WhatsApp requires. */
function mark(text: string, isMarked: boolean, sign: string): string {
  return isMarked && text.trim() !== ""
    ? text.replace(text.trim(), () => `${sign}${text.trim()}${sign}`)
    : text;
}
