import { isObject, type Json, type JsonObject } from "../graph/draft.ts";

/** What can be tapped, by the title that the phone shows. */
export type Option = { id: string; title: string; description: string; section: string };

/** A message of the chatbot as a phone shows it. */
export type PhoneMessage = {
  type: string;
  header: string;
  body: string;
  footer: string;
  /** Buttons below the message, or rows of the list that `listTitle` opens. */
  options: Option[];
  listTitle: string | null;
  /** The button of a form. */
  formTitle: string | null;
};

/** Reads the Graph API's own object of a message. */
export function phoneMessage(type: string, content: unknown): PhoneMessage {
  const empty = { type, header: "", footer: "", options: [], listTitle: null, formTitle: null };
  if (!isObject(content)) return { ...empty, body: "" };
  if (type === "text") return { ...empty, body: text(content.body) };
  if (type !== "interactive") {
    const body = text(content.caption) || text(content.name) || text(content.filename);
    return { ...empty, header: text(content.link), body };
  }
  const action = isObject(content.action) ? content.action : {};
  const buttons = list(action.buttons).map(({ reply }) => optionOf(reply, ""));
  const rows = list(action.sections).flatMap((section) =>
    list(section.rows).map((row) => optionOf(row, text(section.title))),
  );
  const parameters = isObject(action.parameters) ? action.parameters : {};
  return {
    type,
    header: isObject(content.header) ? text(content.header.text) : "",
    body: isObject(content.body) ? text(content.body.text) : "",
    footer: isObject(content.footer) ? text(content.footer.text) : "",
    options: [...buttons, ...rows],
    listTitle: rows.length > 0 ? text(action.button) : null,
    formTitle: content.type === "flow" ? text(parameters.flow_cta) : null,
  };
}

function optionOf(value: Json | undefined, section: string): Option {
  const option: JsonObject = isObject(value) ? value : {};
  return { id: text(option.id), title: text(option.title), description: text(option.description), section };
}

function list(value: Json | undefined): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function text(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}
