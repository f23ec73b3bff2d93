import { textField } from "../../base/json/fields.ts";
import { isObject, type Json, type JsonObject } from "../../base/json/json.ts";
import type { GraphNode } from "../graph/graph.ts";
import { duplicates } from "../validation/duplicates.ts";
import { overLimit } from "../validation/over_limit.ts";
import { type Problem, problem, warning } from "../validation/problem.ts";
import { DESCRIPTION_LIMIT, QUESTION, TITLE_LIMITS } from "./question_fields.ts";
import { answerKind } from "./question_type.ts";

/** The problems of a question, besides those of its fields: its type, its prompt, its options. */
export function questionProblems(node: GraphNode): Problem[] {
  const { id, data } = node;
  const type = QUESTION.questionType.of(data);
  if (answerKind(node) === null) {
    return [problem("unknown_question_type", id, `The question type "${type}" does not exist.`)];
  }
  return [
    ...(QUESTION.content.of(data).trim() === "" && type !== "location"
      ? [warning("empty_message", id, "`content` must not be empty.")]
      : []),
    ...(type === "buttons" ? buttonProblems(node) : []),
    ...(type === "list" ? listProblems(node) : []),
  ];
}

function buttonProblems(node: GraphNode): Problem[] {
  const { id, data } = node;
  if (QUESTION.dynamicButtonsSource.of(data) !== "") return [];
  const buttons = QUESTION.buttons.of(data);
  const titles = buttons.map(titleOf);
  return [
    ...(buttons.length === 0 ? [problem("no_options", id, "The question must have options.")] : []),
    ...(buttons.length > 3
      ? [
          warning(
            "too_many_buttons",
            id,
            `A message has at most three buttons: these ${buttons.length} are shown as a list.`,
          ),
        ]
      : []),
    ...duplicates(node, buttons.filter(isObject), "duplicate_option_id"),
    ...(new Set(titles).size < titles.length
      ? [warning("duplicate_title", id, "Two buttons have the same title.")]
      : []),
    ...titles.flatMap((title) => overLimit(id, "title", title, TITLE_LIMITS.buttons)),
  ];
}

function listProblems(node: GraphNode): Problem[] {
  const { id, data } = node;
  if (QUESTION.dynamicListSource.of(data) !== "") return [];
  const sections = QUESTION.listSections.of(data).filter(isObject);
  const rows = sections.flatMap((section) => (Array.isArray(section.rows) ? section.rows : []));
  const written = rows.filter(isObject);
  return [
    ...(rows.length === 0 ? [problem("no_options", id, "The question must have options.")] : []),
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
    ...sections.flatMap(({ title }) => overLimit(id, "section title", title, TITLE_LIMITS.list)),
    ...rows.flatMap((row) => overLimit(id, "title", titleOf(row), TITLE_LIMITS.list)),
    ...written.flatMap(({ description }) => overLimit(id, "description", description, DESCRIPTION_LIMIT)),
  ];
}

function titleOf(option: Json): string {
  return typeof option === "string"
    ? option
    : isObject(option)
      ? textField(option as JsonObject, "title")
      : "";
}
