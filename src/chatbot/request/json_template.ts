import type { Json } from "../../base/json/json.ts";
import { mapTexts } from "../../base/json/map_texts.ts";
import type { Turn } from "../engine/turn.ts";
import type { GraphNode } from "../graph/graph.ts";

/**
 * Puts variables into a template of JSON text without ever touching its structure: the template is parsed first,
 * then its leaves are filled. A leaf that holds JSON text itself is treated alike, to any depth that was written.
 * A placeholder outside quotes (`{"guests": {{count}}}`) keeps its value's type.
 *
 * @returns undefined when the template is no JSON object or array.
 */
export function fillJson(turn: Turn, node: GraphNode, template: string): Json | undefined {
  const parsed = parseStructure(quoteBarePlaceholders(template));
  return parsed === undefined ? undefined : mapTexts(parsed, (text) => fillLeaf(turn, node, text));
}

/** Fills a text that may be JSON: in its leaves if it is, as a text if not. */
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
    // A text that nothing closes goes on to the end: looked for again from each quote in it, it would cost the square.
    /"(?:[^"\\]|\\.?)*(?:"|$)|\{\{([A-Za-z0-9_.[\]]+)\}\}/gs,
    (piece, path: string | undefined) => (path === undefined ? piece : JSON.stringify(BARE + path)),
  );
}

/** The value of a text that is one placeholder and nothing else, with its type; otherwise the filled text. */
export function fillTyped(turn: Turn, node: GraphNode, template: string): Json {
  const [, path] = /^\s*\{\{([A-Za-z0-9_.[\]]+)\}\}\s*$/.exec(template) ?? [];
  const value = path === undefined ? undefined : turn.resolve(path);
  return value ?? turn.fillPlain(node, template);
}
