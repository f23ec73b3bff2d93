import type { GraphNode } from "../graph/graph.ts";
import type { NodeKinds } from "../nodes/node_kinds.ts";

/** The exits a node has, by handle, with the spellings that mean the same; null when it can have any. */
export function exitsOf(node: GraphNode, kinds: NodeKinds): ReadonlySet<string> | null {
  const kind = kinds.of(node);
  if (kind === null) return null;
  const own = kind.ownExits ? kind.ownExits(node.data) : [];
  return own && new Set(["", "default", ...kind.exits.map(({ handle }) => handle), ...own]);
}
