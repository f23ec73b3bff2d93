import { cut } from "../cut.ts";
import { plainText } from "../display.ts";
import { listField, numberField, objectField, textField } from "../fields.ts";
import type { GraphNode } from "../graph.ts";
import { isObject, type Json, type JsonObject, own } from "../json.ts";
import { variablePath } from "../template.ts";
import type { Turn } from "../turn.ts";

/** One thing to choose. */
export type Option = {
  /** What is sent and comes back: unique within the menu, at most 200 characters. */
  id: string;
  /** The id the author gave: what the variable receives, and the name of the exit. */
  answer: string;
  title: string;
  /** The title before it was cut. */
  wording: string;
  description: string;
  /** Title of the section the row stands under; `""` for none. */
  section: string;
};

/** WhatsApp's limits, in characters. A row's id is the shorter one, and does for a button too. */
export const TITLE_LIMITS = { buttons: 20, list: 24 };
const DESCRIPTION_LIMIT = 72;
const ID_LIMIT = 200;
/** Nobody turns more pages than this takes. */
const MOST_OPTIONS = 400;

/**
 * Everything a question offers, in order. Fields:
 *
 * - `dynamicListSource` / `dynamicButtonsSource`: path of a variable that holds an array. A label is the item's
 *   `dynamicLabelField`, else `name`, `title`, `label`; a description `dynamicDescField`, else `description`;
 *   an id `id`, else `slug`, else the label.
 * - `buttons`: `[{id, title}]` or texts; the id of the N-th (from 0) is `btn-N` by default.
 * - `listSections`: `[{title, rows: [{id, title, description}]}]`.
 * - `ratingMax` of a rating: 1 to that number, at most 10; 5 by default.
 */
export function optionsOf(turn: Turn, node: GraphNode): Option[] {
  const isList = node.data.questionType === "list";
  const limit = TITLE_LIMITS[isList ? "list" : "buttons"];
  const seen = { ids: new Set<string>(), titles: new Set<string>() };
  return drafts(turn, node).map((draft, index) => {
    // What comes from a variable is never read as a template.
    const fill = (text: string) => (draft.isData ? text : turn.fill(node, text)).trim();
    const wording = fill(draft.title) || turn.texts.item(index + 1);
    const title = cut(wording, limit);
    return {
      id: unique(seen.ids, cut(draft.answer, ID_LIMIT - 4)),
      answer: draft.answer,
      // Two buttons of one title are refused by WhatsApp.
      title: isList ? title : unique(seen.titles, title, limit),
      wording,
      description: cut(fill(draft.description), DESCRIPTION_LIMIT),
      section: cut(fill(draft.section), TITLE_LIMITS.list),
    };
  });
}

type Draft = Omit<Option, "id" | "wording"> & { isData: boolean };

function drafts(turn: Turn, node: GraphNode): Draft[] {
  const { data } = node;
  if (data.questionType === "rating") return ratings(data);
  const source = textField(data, data.questionType === "list" ? "dynamicListSource" : "dynamicButtonsSource");
  if (source !== "") {
    const items = turn.resolve(variablePath(source));
    if (!Array.isArray(items)) return [];
    if (items.length > MOST_OPTIONS)
      turn.log(node, "options_dropped", `${items.length} items, ${MOST_OPTIONS} shown`);
    return items.slice(0, MOST_OPTIONS).map((item, index) => dynamicDraft(turn, data, item, index));
  }
  return data.questionType === "list" ? rows(data) : buttons(data);
}

function ratings(data: JsonObject): Draft[] {
  const most = Math.min(Math.max(Math.trunc(numberField(data, "ratingMax") ?? 5), 2), 10);
  return Array.from({ length: most }, (_, index) => draft(String(index + 1), String(index + 1)));
}

function buttons(data: JsonObject): Draft[] {
  return listField(data, "buttons").map((button, index) => {
    const { id, title } = idAndTitle(button);
    return draft(id || `btn-${index}`, title);
  });
}

function rows(data: JsonObject): Draft[] {
  const sections = listField(data, "listSections").filter(isObject);
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

function dynamicDraft(turn: Turn, data: JsonObject, item: Json, index: number): Draft {
  if (!isObject(item)) return { ...draft(plainText(item), plainText(item)), isData: true };
  const labels = [textField(data, "dynamicLabelField"), "name", "title", "label"];
  const label = firstText(item, labels) ?? turn.texts.item(index + 1);
  const description = firstText(item, [textField(data, "dynamicDescField"), "description"]) ?? "";
  return { ...draft(firstText(item, ["id", "slug"]) ?? label, label, description), isData: true };
}

function firstText(item: JsonObject, names: string[]): string | undefined {
  const value = names.map((name) => own(item, name)).find((field) => field != null && field !== "");
  return value == null ? undefined : plainText(value);
}

function idAndTitle(written: Json): { id: string; title: string } {
  if (typeof written === "string") return { id: "", title: written };
  const data = objectField({ written }, "written");
  return { id: textField(data, "id"), title: textField(data, "title") };
}

function draft(answer: string, title: string, description = ""): Draft {
  return { answer, title, description, section: "", isData: false };
}

/** The text, or the text with the least number that makes it new; within `limit` if there is one. */
function unique(seen: Set<string>, text: string, limit = Number.POSITIVE_INFINITY): string {
  let candidate = text;
  for (let number = 2; seen.has(candidate); number++) {
    candidate = `${cut(text, limit - String(number).length - 1)}~${number}`;
  }
  seen.add(candidate);
  return candidate;
}
