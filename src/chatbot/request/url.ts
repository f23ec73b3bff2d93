import type { Turn } from "../engine/turn.ts";
import type { GraphNode } from "../graph/graph.ts";
import { fillNestedJson } from "./json_template.ts";

/**
 * Puts variables into a URL piece by piece, so that a value stays inside its piece: in the path it is
 * percent-encoded, in the query it becomes part of one parameter, JSON in a parameter is filled in its leaves.
 * Only what stands before the path may come from a variable as it is: `{{base_url}}/orders`.
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

/** Scheme and host, or a placeholder in their place; then the path. */
const ORIGIN = /^((?:[a-z][a-z\d+.-]*:\/\/)?[^/]*)(.*)$/is;
