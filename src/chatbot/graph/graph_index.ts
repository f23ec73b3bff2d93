import { type Graph, type GraphEdge, type GraphKinds, type GraphNode, nodeType } from "./graph.ts";
import { automaticNames } from "./node_numbers.ts";

/** A graph with its nodes, edges and automatic names by node id. */
export type GraphIndex = {
  start: GraphNode | null;
  nodes: ReadonlyMap<string, GraphNode>;
  edges: ReadonlyMap<string, GraphEdge[]>;
  /** Automatic variable prefixes (`question_1`) by node id. */
  names: ReadonlyMap<string, string>;
};

/** Published graphs are immutable, so that each graph in memory is indexed only once. */
const indexes = new WeakMap<Graph, { kinds: GraphKinds; index: GraphIndex }>();

export function indexGraph(graph: Graph, kinds: GraphKinds): GraphIndex {
  const known = indexes.get(graph);
  if (known?.kinds === kinds) return known.index;
  const begins = (type: string) => kinds.named(type)?.begins === true;
  const index: GraphIndex = {
    // `type` or `data.type` makes it a start node, even if the other differs.
    start: graph.nodes.find((node) => begins(node.type) || begins(nodeType(node))) ?? null,
    nodes: new Map(graph.nodes.map((node) => [node.id, node])),
    edges: Map.groupBy(graph.edges, (edge) => edge.source),
    names: automaticNames(graph, kinds),
  };
  indexes.set(graph, { kinds, index });
  return index;
}
