import { listField, textField } from "../fields.ts";
import { isObject, type Json, type JsonObject } from "../json.ts";

/** A Typebot's variables: their names by id, in our spelling. */
export type TypebotVariables = ReadonlyMap<string, string>;

export function readVariables(file: JsonObject): TypebotVariables {
  const variables = listField(file, "variables").filter(isObject);
  return new Map(
    variables.map((variable) => [textField(variable, "id"), ourName(textField(variable, "name"))]),
  );
}

/** Placeholders here hold letters, digits, dots and underscores; names there hold anything. */
function ourName(name: string): string {
  return name.trim().replace(/[^A-Za-z0-9_.]+/g, "_");
}

/** A text with its placeholders in our spelling. */
export function ourText(text: string): string {
  return text.replace(/\{\{([^{}=]+)\}\}/g, (_, name: string) => `{{${ourName(name)}}}`);
}

/** Rich text as WhatsApp writes it: `*bold*`, `_italic_`, links beside their words. */
export function richText(content: JsonObject): string {
  const paragraphs = listField(content, "richText").map((paragraph) => inline(paragraph));
  return ourText(paragraphs.join("\n").trim() || textField(content, "plainText"));
}

function inline(element: Json): string {
  if (!isObject(element)) return "";
  const text = textField(element, "text");
  if (text !== "") return mark(mark(text, element.bold === true, "*"), element.italic === true, "_");
  const children = listField(element, "children").map((child) => inline(child));
  const words = children.join("");
  const url = textField(element, "url");
  if (url !== "" && url !== words) return `${words} (${url})`;
  return element.type === "li" ? `- ${words}\n` : words;
}

/** WhatsApp reads a mark only where it touches the words. */
function mark(text: string, isMarked: boolean, sign: string): string {
  return isMarked && text.trim() !== ""
    ? text.replace(text.trim(), () => `${sign}${text.trim()}${sign}`)
    : text;
}
