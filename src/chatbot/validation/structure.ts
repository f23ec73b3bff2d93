import type { Field } from "../fields/field.ts";
import { filledFields } from "../fields/filled_fields.ts";
import type { Graph, GraphNode } from "../graph/graph.ts";
import type { NodeKinds } from "../nodes/node_kinds.ts";
import { type Problem, problem, warning } from "./problem.ts";

/** The problems of a graph's structure: start nodes, ids, edges, unreachable nodes. */
export function structureProblems(graph: Graph, kinds: NodeKinds): Problem[] {
  return [
    ...startProblems(graph, kinds),
    ...duplicateIds(graph),
    ...edgeProblems(graph, kinds),
    ...unreachable(graph, kinds),
  ];
}

function startProblems(graph: Graph, kinds: NodeKinds): Problem[] {
  const starts = graph.nodes.filter((node) => kinds.of(node)?.begins);
  if (starts.length === 0) return [problem("no_start_node", null, "The graph must have a start node.")];
  return starts
    .slice(1)
    .map((node) => warning("several_start_nodes", node.id, "Only the first start node is used."));
}

function duplicateIds(graph: Graph): Problem[] {
  const seen = new Set<string>();
  return graph.nodes.flatMap(({ id }) => {
    if (!seen.has(id)) {
      seen.add(id);
      return [];
    }
    return problem("duplicate_node_id", id, `Node ids must be unique: "${id}" occurs more than once.`);
  });
}

function edgeProblems(graph: Graph, kinds: NodeKinds): Problem[] {
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]));
  return graph.edges.flatMap((edge) => {
    const node = nodes.get(edge.source);
    const missing = node === undefined ? edge.source : nodes.has(edge.target) ? null : edge.target;
    if (missing !== null) {
      return problem(
        "dangling_edge",
        edge.source,
        `An edge leads from "${edge.source}" to "${edge.target}", but the node "${missing}" does not exist.`,
      );
    }
    const exits = node && exitsOf(node, kinds);
    const handle = edge.sourceHandle ?? "";
    if (!exits || exits.has(handle)) return [];
    return warning(
      "unknown_exit",
      edge.source,
      `An edge leaves by the exit "${handle}", which the node does not have.`,
    );
  });
}

/** Warnings for nodes that no path from the start node reaches. */
function unreachable(graph: Graph, kinds: NodeKinds): Problem[] {
  const start = graph.nodes.find((node) => kinds.of(node)?.begins);
  if (start === undefined) return [];
  const reached = reachableFrom(graph, start.id, kinds);
  return graph.nodes
    .filter((node) => !reached.has(node.id) && !kinds.of(node)?.begins)
    .map((node) => warning("unreachable_node", node.id, "No path from the start node reaches this node."));
}

function reachableFrom(graph: Graph, start: string, kinds: NodeKinds): Set<string> {
  const reached = new Set([start]);
  const targets = targetsOf(graph, kinds);
  // The set grows during the iteration, which includes the added elements.
  for (const id of reached) for (const target of targets.get(id) ?? []) reached.add(target);
  return reached;
}

/** The next nodes of each node: by its edges, and by fields that name another node. */
export function targetsOf(graph: Graph, kinds: NodeKinds): Map<string, string[]> {
  const targets = new Map<string, string[]>(graph.nodes.map((node) => [node.id, nodesNamedBy(node, kinds)]));
  for (const { source, target } of graph.edges) targets.get(source)?.push(target);
  return targets;
}

/** The nodes that a node names in its fields and continues at without an edge. */
export function nodesNamedBy(node: GraphNode, kinds: NodeKinds): string[] {
  return filledFields(kinds.of(node)?.fields ?? {}, node.data)
    .filter(({ field }) => field.type === "node")
    .map(({ field, data }) => (field as Field<string>).of(data))
    .filter((target) => target !== "");
}

/** The exits a node has, by handle, with the spellings that mean the same; null when it can have any. */
function exitsOf(node: GraphNode, kinds: NodeKinds): ReadonlySet<string> | null {
  const kind = kinds.of(node);
  if (kind === null) return null;
  const own = kind.ownExits ? kind.ownExits(node.data) : [];
  return own && new Set(["", "default", ...kind.exits.map(({ handle }) => handle), ...own]);
}
