import type { JsonObject } from "../../base/json/json.ts";
import type { OutboundMessage } from "../engine/effect.ts";
import { interactive, leadIn } from "../engine/interactive.ts";
import type { Turn } from "../engine/turn.ts";
import type { GraphNode } from "../graph/graph.ts";
import { shorten } from "../text/cut.ts";
import type { Option } from "./option.ts";
import { isShownAsList } from "./options.ts";
import { QUESTION } from "./question_fields.ts";

/** The limit of rows in a list message. */
const MOST_ROWS = 10;
/** Options on a page: the remaining two rows lead to the previous and the next page. */
const PAGE_ROWS = MOST_ROWS - 2;

/** The id of a row that leads to another page: `__PAGE_NEXT__1` shows page 1 (counted from 0). */
const TURN_PAGE = /^__PAGE_(?:PREV|NEXT)__(\d{1,6})$/;

/** The page that a reply's id requests; null when it does not request a page. */
export function pageAskedFor(id: string): number | null {
  const match = TURN_PAGE.exec(id);
  return match ? Number(match[1]) : null;
}

/** The options on a page of a menu, counted from 0. For a page that does not exist: the nearest one. */
export function optionsOnPage(options: readonly Option[], page: number): readonly Option[] {
  if (options.length <= MOST_ROWS) return options;
  const first = clampPage(options, page) * PAGE_ROWS;
  return options.slice(first, first + PAGE_ROWS);
}

/**
 * The message that shows a menu: with buttons if possible, otherwise a list. Variables are filled into all texts, which are
 * then shortened to the limits of interactive messages.
 */
export function menuMessage(
  turn: Turn,
  node: GraphNode,
  options: readonly Option[],
  page: number,
  body: string,
): OutboundMessage {
  const { data } = node;
  const margins = { header: QUESTION.headerText.of(data), footer: QUESTION.footerText.of(data) };
  if (!isShownAsList(node, options)) {
    const buttons = options.map(({ id, title }) => ({ type: "reply", reply: { id, title } }));
    return interactive(turn, node, "button", leadIn(turn, node, body, 1024), { buttons }, margins);
  }
  const button = turn.fill(node, QUESTION.listButtonText.of(data)).trim() || turn.texts.chooseButton;
  const action = { button: shorten(button, 20), sections: sectionsOf(turn, options, page) };
  return interactive(turn, node, "list", leadIn(turn, node, body, 4096), action, margins);
}

function sectionsOf(turn: Turn, options: readonly Option[], page: number): JsonObject[] {
  const { texts } = turn;
  if (options.length <= MOST_ROWS) {
    return [...Map.groupBy(options, (option) => option.section)].map(([title, group]) => ({
      title: title || texts.options,
      rows: group.map(rowOf),
    }));
  }
  const current = clampPage(options, page);
  const pages = Math.ceil(options.length / PAGE_ROWS);
  const rows = optionsOnPage(options, current).map(rowOf);
  const previous = { id: `__PAGE_PREV__${current - 1}`, title: texts.previousPage };
  const next = { id: `__PAGE_NEXT__${current + 1}`, title: texts.nextPage };
  if (current > 0) rows.push(previous);
  if (current < pages - 1) rows.push(next);
  return [{ title: texts.page(current + 1, pages), rows }];
}

function rowOf({ id, title, description }: Option): JsonObject {
  return { id, title, ...(description !== "" && { description }) };
}

function clampPage(options: readonly Option[], page: number): number {
  return Math.min(page, Math.ceil(options.length / PAGE_ROWS) - 1);
}
