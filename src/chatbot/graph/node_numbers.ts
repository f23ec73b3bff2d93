import { type Graph, type GraphKinds, type GraphNode, nodeType } from "./graph.ts";

/**
 * The automatic variable prefix of every numbered node: `question_1`, `rest_api_2`, … The number is the node's rank among
 * nodes of its kind in topological order, with ties in array order, as graph editors show it. Back edges are removed before,
 * so that a loop does not change the numbers.
 */
export function automaticNames(graph: Graph, kinds: GraphKinds): Map<string, string> {
  const names = new Map<string, string>();
  const counts = new Map<string, number>();
  for (const node of topologicalOrder(graph, kinds)) {
    const prefix = kinds.named(nodeType(node))?.numberedAs;
    if (prefix === undefined) continue;
    const number = (counts.get(prefix) ?? 0) + 1;
    counts.set(prefix, number);
    names.set(node.id, `${prefix}_${number}`);
  }
  return names;
}

/** Sorts the nodes with Kahn's algorithm, without the back edges; ties in array order. */
function topologicalOrder(graph: Graph, kinds: GraphKinds): GraphNode[] {
  const back = backEdges(graph, kinds);
  const ids = new Set(graph.nodes.map((node) => node.id));
  const forward = graph.edges.filter(
    (edge) => !back.has(edge) && ids.has(edge.source) && ids.has(edge.target),
  );
  const targets = Map.groupBy(forward, (edge) => edge.source);
  const open = new Map<string, number>();
  for (const edge of forward) open.set(edge.target, (open.get(edge.target) ?? 0) + 1);

  const byId = new Map(graph.nodes.map((node) => [node.id, node]));
  const order = graph.nodes.filter((node) => !open.get(node.id));
  for (const node of order) {
    for (const { target } of targets.get(node.id) ?? []) {
      const left = (open.get(target) as number) - 1;
      open.set(target, left);
      if (left === 0) order.push(byId.get(target) as GraphNode);
    }
  }
  return order;
}

/** The edges that close a cycle, in a depth-first search from the start node, then from the remaining nodes. */
function backEdges(graph: Graph, kinds: GraphKinds): Set<Graph["edges"][number]> {
  const edgesOf = Map.groupBy(graph.edges, (edge) => edge.source);
  const start = graph.nodes.filter((node) => kinds.named(nodeType(node))?.begins);
  const state = new Map<string, "open" | "done">();
  const back = new Set<Graph["edges"][number]>();

  for (const root of [...start, ...graph.nodes]) {
    if (state.has(root.id)) continue;
    // An explicit stack: a long chain would exhaust JavaScript's call stack.
    const stack = [{ id: root.id, next: 0 }];
    state.set(root.id, "open");
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const edge = edgesOf.get(top.id)?.[top.next++];
      if (edge === undefined) {
        state.set(top.id, "done");
        stack.pop();
      } else if (state.get(edge.target) === "open") {
        back.add(edge);
      } else if (!state.has(edge.target)) {
        state.set(edge.target, "open");
        stack.push({ id: edge.target, next: 0 });
      }
    }
  }
  return back;
}
