import type { Json } from "../../base/json/json.ts";
import { mapTexts } from "../../base/json/map_texts.ts";
import type { Turn } from "../engine/turn.ts";
import type { GraphNode } from "../graph/graph.ts";

/**
 * Fills variables into a template of JSON text. The template is parsed before its leaves are filled, so that values cannot
 * change its structure. A leaf that is JSON text itself is filled in the same way, at any depth. A placeholder outside
 * quotes (`{"guests": {{count}}}`) keeps the type of its value.
 *
 * @returns undefined when the template is not a JSON object or array.
 */
export function fillJson(turn: Turn, node: GraphNode, template: string): Json | undefined {
  const parsed = parseStructure(quoteBarePlaceholders(template));
  return parsed === undefined ? undefined : mapTexts(parsed, (text) => fillLeaf(turn, node, text));
}

/** Fills a text that may be JSON: leaf by leaf if it is, otherwise as plain text. */
export function fillNestedJson(turn: Turn, node: GraphNode, template: string): string {
  const filled = fillJson(turn, node, template);
  return filled === undefined ? turn.fillPlain(node, template) : JSON.stringify(filled);
}

function fillLeaf(turn: Turn, node: GraphNode, text: string): Json {
  if (!text.startsWith(BARE)) return fillNestedJson(turn, node, text);
  const path = text.slice(BARE.length);
  const value = turn.resolve(path);
  if (value === undefined) turn.log(node, "unresolved_variable", path);
  return value ?? null;
}

function parseStructure(text: string): Json | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

/** Marks a leaf that was written without quotes. No template contains it: JSON text cannot hold a raw NUL. */
const BARE = "\u0000";

/** Quotes the placeholders that stand outside quotes, marked, so that the template becomes JSON. */
function quoteBarePlaceholders(template: string): string {
  return template.replace(
    // A string without a closing quote extends to the end. Searching again from each quote would take quadratic time.
    /"(?:[^"\\]|\\.?)*(?:"|$)|\{\{([A-Za-z0-9_.[\]]+)\}\}/gs,
    (piece, path: string | undefined) => (path === undefined ? piece : JSON.stringify(BARE + path)),
  );
}

/** Fills a text. A text that consists of a single placeholder becomes that variable's value, with its type. */
export function fillTyped(turn: Turn, node: GraphNode, template: string): Json {
  const [, path] = /^\s*\{\{([A-Za-z0-9_.[\]]+)\}\}\s*$/.exec(template) ?? [];
  const value = path === undefined ? undefined : turn.resolve(path);
  return value ?? turn.fillPlain(node, template);
}
