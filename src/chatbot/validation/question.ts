import { listField, textField } from "../../base/json/fields.ts";
import { isObject, type Json, type JsonObject } from "../../base/json/json.ts";
import type { GraphNode } from "../graph/graph.ts";
import { TITLE_LIMITS } from "../question/options.ts";
import { answerKind } from "../question/question_type.ts";
import { placeholdersIn } from "../text/template.ts";
import { duplicates } from "./fields.ts";
import { type Problem, problem, warning } from "./problem.ts";

/** What is wrong with a question: its type, its prompt, its options against WhatsApp's limits. */
export function questionProblems(node: GraphNode): Problem[] {
  const { id, data } = node;
  const type = textField(data, "questionType");
  if (answerKind(node) === null) {
    return [problem("unknown_question_type", id, `The question type "${type}" is not known.`)];
  }
  return [
    ...(textField(data, "content").trim() === "" && type !== "location"
      ? [warning("empty_message", id, "The question has no text.")]
      : []),
    ...lengthProblems(id, [
      ["headerText", data.headerText, 60],
      ["footerText", data.footerText, 60],
      ["listButtonText", data.listButtonText, 20],
    ]),
    ...(type === "buttons" ? buttonProblems(node) : []),
    ...(type === "list" ? listProblems(node) : []),
  ];
}

function buttonProblems(node: GraphNode): Problem[] {
  const { id, data } = node;
  if (textField(data, "dynamicButtonsSource") !== "") return [];
  const buttons = listField(data, "buttons");
  const titles = buttons.map(titleOf);
  return [
    ...(buttons.length === 0 ? [problem("no_options", id, "There is nothing to choose from.")] : []),
    ...(buttons.length > 3
      ? [warning("too_many_buttons", id, `${buttons.length} buttons are shown as a list; three fit.`)]
      : []),
    ...duplicates(node, buttons.filter(isObject), "duplicate_option_id"),
    ...(new Set(titles).size < titles.length
      ? [warning("duplicate_title", id, "Two buttons have the same title.")]
      : []),
    ...lengthProblems(
      id,
      titles.map((title) => ["title", title, TITLE_LIMITS.buttons]),
    ),
  ];
}

function listProblems(node: GraphNode): Problem[] {
  const { id, data } = node;
  if (textField(data, "dynamicListSource") !== "") return [];
  const sections = listField(data, "listSections").filter(isObject);
  const rows = sections.flatMap((section) => listField(section, "rows"));
  const written = rows.filter(isObject);
  return [
    ...(rows.length === 0 ? [problem("no_options", id, "There is nothing to choose from.")] : []),
    ...(rows.length > 10
      ? [
          warning(
            "too_many_rows",
            id,
            `${rows.length} rows are shown in pages; ten fit in all sections together.`,
          ),
        ]
      : []),
    ...duplicates(node, written, "duplicate_option_id"),
    ...lengthProblems(
      id,
      sections.map((section) => ["section title", section.title, TITLE_LIMITS.list]),
    ),
    ...lengthProblems(
      id,
      rows.map((row) => ["title", titleOf(row), TITLE_LIMITS.list]),
    ),
    ...lengthProblems(
      id,
      written.map((row) => ["description", row.description, 72]),
    ),
  ];
}

/** Texts that will be cut. With a placeholder in it a text's length is not known before it is sent. */
function lengthProblems(
  nodeId: string,
  texts: [what: string, text: Json | undefined, limit: number][],
): Problem[] {
  return texts.flatMap(([what, text, limit]) => {
    if (typeof text !== "string" || text.length <= limit || placeholdersIn(text).length > 0) return [];
    return warning("text_too_long", nodeId, `The ${what} "${text}" is cut to ${limit} characters.`);
  });
}

function titleOf(option: Json): string {
  return typeof option === "string"
    ? option
    : isObject(option)
      ? textField(option as JsonObject, "title")
      : "";
}
