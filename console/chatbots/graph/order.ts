import { dataOf, exitName, type Graph, type GraphEdge, type GraphNode, typeOf } from "./draft.ts";
import type { Kinds } from "./kind.ts";

/** The edges of each node, by source. */
export function edgesBySource(edges: readonly GraphEdge[]): ReadonlyMap<string, readonly GraphEdge[]> {
  return Map.groupBy(edges, ({ source }) => source);
}

/** The nodes that a node's fields continue at, without an edge. */
export function targetsInFields(node: GraphNode, kinds: Kinds): string[] {
  const data = dataOf(node);
  const fields = kinds.get(typeOf(node))?.fields.filter(({ type }) => type === "node") ?? [];
  return fields.map(({ name }) => data[name]).filter((id): id is string => typeof id === "string");
}

/**
 * The order in which people read a graph, and in which the keyboard goes through it: from the start along the edges, the first exit
 * to its end before the second one; then what nothing leads to.
 */
export function readingOrder({ nodes, edges }: Graph, kinds: Kinds): GraphNode[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const outgoing = edgesBySource(edges);
  const entered = new Set(edges.map(({ target }) => target));
  const starts = nodes.filter((node) => kinds.get(typeOf(node))?.isStart);
  const roots = nodes.filter((node) => !entered.has(node.id));
  const order: GraphNode[] = [];
  const seen = new Set<string>();
  for (const root of [...starts, ...roots, ...nodes]) {
    // An explicit stack: a long chain would exhaust JavaScript's call stack.
    const stack = [root];
    for (let node = stack.pop(); node; node = stack.pop()) {
      if (seen.has(node.id)) continue;
      seen.add(node.id);
      order.push(node);
      const own = outgoing.get(node.id) ?? [];
      // The default exit comes last, as it is drawn.
      const sorted = [...own.filter(hasName), ...own.filter((edge) => !hasName(edge))];
      const next = [...sorted.map(({ target }) => target), ...targetsInFields(node, kinds)];
      stack.push(...next.reverse().flatMap((id) => byId.get(id) ?? []));
    }
  }
  return order;
}

function hasName({ sourceHandle }: GraphEdge): boolean {
  return exitName(sourceHandle) !== "";
}
