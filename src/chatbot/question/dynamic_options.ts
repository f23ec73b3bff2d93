import { cleanProse } from "../../base/clean_prose.ts";
import { isObject, type Json, type JsonObject, own } from "../../base/json/json.ts";
import { check } from "../engine/budget.ts";
import type { Turn } from "../engine/turn.ts";
import type { GraphNode } from "../graph/graph.ts";
import { plainText } from "../text/display.ts";
import type { Draft } from "./option.ts";
import { QUESTION } from "./question_fields.ts";

/**
 * The options from a variable that holds a list. The label is the item's field `dynamicLabelField`, else `name`, `title` or
 * `label`, else its id; the description is `dynamicDescField`, else `description`; the id is `id`, else `slug`, else the label.
 *
 * Lists from spreadsheets and APIs may be incomplete: items without text are left out, and so are duplicates.
 */
export function dynamicDrafts(turn: Turn, node: GraphNode, items: Json | undefined): Draft[] {
  if (!Array.isArray(items)) return [];
  const drafts = items.flatMap((item) => {
    check(turn.budget);
    return draftOf(node.data, item) ?? [];
  });
  const distinct = [...Map.groupBy(drafts, ({ answer, title }) => JSON.stringify([answer, title])).values()];
  return distinct.map(([first]) => first as Draft);
}

function draftOf(data: JsonObject, item: Json): Draft | undefined {
  if (!isObject(item)) {
    const label = textFrom(item);
    return label === undefined ? undefined : dataDraft(label, label, "");
  }
  const id = firstWords(item, ["id", "slug"]);
  const label = firstWords(item, [QUESTION.dynamicLabelField.of(data), "name", "title", "label"]) ?? id;
  if (label === undefined) return undefined;
  const description = firstWords(item, [QUESTION.dynamicDescField.of(data), "description"]) ?? "";
  return dataDraft(id ?? label, label, description);
}

function dataDraft(answer: string, title: string, description: string): Draft {
  return { answer, title, description, section: "", isData: true };
}

function firstWords(item: JsonObject, names: string[]): string | undefined {
  return names.map((name) => textFrom(own(item, name))).find((text) => text !== undefined);
}

/** A value as text for a customer; undefined for null, blank texts and structures. */
function textFrom(value: Json | undefined): string | undefined {
  if (value === undefined || value === null || typeof value === "object") return undefined;
  return cleanProse(plainText(value)) || undefined;
}
