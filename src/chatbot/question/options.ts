import { listField, objectField, textField } from "../../base/json/fields.ts";
import { isObject, type Json, type JsonObject } from "../../base/json/json.ts";
import { check } from "../engine/budget.ts";
import type { Turn } from "../engine/turn.ts";
import type { GraphNode } from "../graph/graph.ts";
import { cut, shorten } from "../text/cut.ts";
import { variablePath } from "../text/template.ts";
import { dynamicDrafts } from "./dynamic_options.ts";
import type { Draft, Option } from "./option.ts";
import { DESCRIPTION_LIMIT, QUESTION, TITLE_LIMITS } from "./question_fields.ts";

/** The limit of ids in interactive messages, in characters: that of rows, which is lower than that of buttons. */
const ID_LIMIT = 200;
const MOST_BUTTONS = 3;
/** The limit of options: customers do not turn more pages. */
const MOST_OPTIONS = 400;

/** All options of a question, in order. */
export function optionsOf(turn: Turn, node: GraphNode): Option[] {
  const written = drafts(turn, node);
  if (written.length > MOST_OPTIONS)
    turn.log(node, "options_dropped", `${written.length} items, ${MOST_OPTIONS} shown`);
  const given = written.slice(0, MOST_OPTIONS).map((draft, index) => {
    check(turn.budget);
    // Placeholders in values of a variable are not filled. A label is one line, but cells of spreadsheets may have line breaks.
    const fill = (text: string) => (draft.isData ? text : turn.fill(node, text)).replace(/\s+/g, " ").trim();
    const wording = fill(draft.title) || turn.texts.item(index + 1);
    return { ...draft, wording, description: fill(draft.description), section: fill(draft.section) };
  });
  const isList = isShownAsList(node, given);
  const limit = TITLE_LIMITS[isList ? "list" : "buttons"];
  const seen = { ids: new Map<string, number>(), titles: new Map<string, number>() };
  return given.map(({ answer, wording, description, section }) => {
    const title = shorten(wording, limit);
    return {
      id: unique(seen.ids, cut(answer, ID_LIMIT - 4), (text, number) => `${text}~${number}`),
      answer,
      // Providers refuse two buttons with the same title.
      title: isList
        ? title
        : unique(seen.titles, title, (text, number) => `${shorten(text, limit - 4)} (${number})`),
      wording,
      description: shorten(description || (title === wording ? "" : wording), DESCRIPTION_LIMIT),
      section: shorten(section, TITLE_LIMITS.list),
    };
  });
}

/**
 * Whether a menu must be shown as a list: also when two titles become equal by shortening, because a row has room for the
 * complete wording below its title.
 */
export function isShownAsList(node: GraphNode, options: readonly Pick<Option, "wording">[]): boolean {
  if (node.data.questionType === "list" || options.length > MOST_BUTTONS) return true;
  const wordings = new Set(options.map(({ wording }) => wording));
  return new Set([...wordings].map((wording) => shorten(wording, TITLE_LIMITS.buttons))).size < wordings.size;
}

function drafts(turn: Turn, node: GraphNode): Draft[] {
  const { data } = node;
  if (data.questionType === "rating") return ratings(data);
  const isList = data.questionType === "list";
  const source = (isList ? QUESTION.dynamicListSource : QUESTION.dynamicButtonsSource).of(data);
  if (source !== "") return dynamicDrafts(turn, node, turn.resolve(variablePath(source)));
  return isList ? rows(data) : buttons(data);
}

function ratings(data: JsonObject): Draft[] {
  const within = (mark: number, least: number, most: number) =>
    Math.min(Math.max(Math.trunc(mark), least), most);
  const first = within(QUESTION.ratingMin.of(data), 0, 9);
  const last = within(QUESTION.ratingMax.of(data), first + 1, 10);
  return Array.from({ length: last - first + 1 }, (_, index) =>
    draft(String(first + index), String(first + index)),
  );
}

function buttons(data: JsonObject): Draft[] {
  return QUESTION.buttons.of(data).map((button, index) => {
    const { id, title } = idAndTitle(button);
    return draft(id || `btn-${index}`, title);
  });
}

function rows(data: JsonObject): Draft[] {
  const sections = QUESTION.listSections.of(data).filter(isObject);
  return sections
    .flatMap((section) =>
      listField(section, "rows").map((row) => ({ row, section: textField(section, "title") })),
    )
    .map(({ row, section }, index) => {
      const { id, title } = idAndTitle(row);
      return {
        ...draft(id || `row-${index}`, title, isObject(row) ? textField(row, "description") : ""),
        section,
      };
    });
}

function idAndTitle(written: Json): { id: string; title: string } {
  if (typeof written === "string") return { id: "", title: written };
  const data = objectField({ written }, "written");
  return { id: textField(data, "id"), title: textField(data, "title") };
}

function draft(answer: string, title: string, description = ""): Draft {
  return { answer, title, description, section: "", isData: false };
}

/**
 * Returns the text, or the text with the lowest number that makes it unique.
 *
 * @param seen the texts so far, each with the next number to try, so that many equal texts do not take quadratic time.
 */
function unique(
  seen: Map<string, number>,
  text: string,
  numbered: (text: string, number: number) => string,
): string {
  let candidate = text;
  let number = seen.get(text) ?? 2;
  for (; seen.has(candidate); number++) candidate = numbered(text, number);
  seen.set(text, number);
  seen.set(candidate, seen.get(candidate) ?? 2);
  return candidate;
}
