import type { Turn } from "../engine/turn.ts";
import type { GraphNode } from "../graph/graph.ts";
import { fillNestedJson } from "./json_template.ts";

/**
 * Fills variables into the parts of a URL, so that a value cannot change its structure: in the path a value is
 * percent-encoded, in the query it is part of one parameter, and JSON in a parameter is filled leaf by leaf. Only before the
 * path is a value inserted unchanged: `{{base_url}}/orders`.
 */
export function fillUrl(
  turn: Turn,
  node: GraphNode,
  template: string,
): { url: string; query: [string, string][] } {
  const [address = "", ...rest] = (template.trim().split("#")[0] ?? "").split("?");
  const [, origin = "", path = ""] = ORIGIN.exec(address) ?? [];
  const url = turn.fillPlain(node, origin) + turn.fillPlain(node, path, encodeURIComponent);
  const query = [...new URLSearchParams(rest.join("?"))].map(([name, value]): [string, string] => [
    name,
    fillNestedJson(turn, node, value),
  ]);
  return { url, query };
}

/** The scheme and host, or a placeholder for them; then the path. */
const ORIGIN = /^((?:[a-z][a-z\d+.-]*:\/\/)?[^/]*)(.*)$/is;
