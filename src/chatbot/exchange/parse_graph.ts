import { textField } from "../../base/json/fields.ts";
import { isObject, type Json, type JsonObject } from "../../base/json/json.ts";
import { type Graph, type GraphEdge, type GraphKinds, type GraphNode, nodeType } from "../graph/graph.ts";
import { NODE_KINDS } from "../nodes/registry.ts";
import { type Problem, problem, warning } from "../validation/problem.ts";
import { IMPORT_LIMITS } from "./limits.ts";

/** What a user interface keeps in a node's data and no graph needs. */
const INTERFACE_KEYS: ReadonlySet<string> = new Set(["onConfig", "onDelete"]);

/**
 * Reads nodes and edges as they are found in exports: ids may be numbers, edges may have none, positions may be
 * missing. What a user interface added is left out; data keys are kept, known or not.
 */
export function parseGraph(
  nodes: unknown,
  edges: unknown,
  kinds: GraphKinds = NODE_KINDS,
): { graph: Graph; problems: Problem[] } {
  const problems: Problem[] = [];
  const graph: Graph = { nodes: [], edges: [] };
  if (!Array.isArray(nodes)) problems.push(problem("missing_nodes", null, "There is no list of nodes."));
  else if (nodes.length > IMPORT_LIMITS.nodes)
    problems.push(tooMany("nodes", nodes.length, IMPORT_LIMITS.nodes));
  else graph.nodes = nodes.flatMap((node, index) => parseNode(node, index, problems, kinds));

  if (edges != null && !Array.isArray(edges)) {
    problems.push(problem("missing_edges", null, "The edges are not a list."));
  } else if (edges && edges.length > IMPORT_LIMITS.edges) {
    problems.push(tooMany("edges", edges.length, IMPORT_LIMITS.edges));
  } else if (edges) {
    const ids = new Set(graph.nodes.map((node) => node.id));
    const taken = new Set<string>();
    graph.edges = edges.flatMap((edge, index) => parseEdge(edge, index, ids, taken, problems));
  }
  return { graph, problems };
}

function parseNode(node: unknown, index: number, problems: Problem[], kinds: GraphKinds): GraphNode[] {
  const id = isObject(node) ? textField(node, "id") : "";
  if (!isObject(node) || id === "") {
    problems.push(problem("node_without_id", null, `Node ${index + 1} has no id.`));
    return [];
  }
  const position: JsonObject = isObject(node.position) ? node.position : {};
  const data = isObject(node.data)
    ? Object.entries(node.data).filter(([key]) => !INTERFACE_KEYS.has(key))
    : [];
  const written: GraphNode = {
    id,
    type: textField(node, "type"),
    position: { x: coordinate(position.x), y: coordinate(position.y) },
    data: Object.fromEntries(data),
  };
  // Where `type` is a builder's own word (`custom`, `input`), the kind is in the data.
  const inner = nodeType({ ...written, type: "" });
  const isKnown = (one: GraphNode) => kinds.named(nodeType(one)) !== null;
  const parsed = !isKnown(written) && kinds.named(inner) ? { ...written, type: inner } : written;
  const type = nodeType(parsed);
  if (type === "") problems.push(problem("node_without_type", id, `The node "${id}" has no type.`));
  else if (!isKnown(parsed)) {
    problems.push(
      warning(
        "unknown_node_type",
        id,
        `The type "${type}" of the node "${id}" is not known; a run that reaches it ends.`,
      ),
    );
  }
  return [parsed];
}

function parseEdge(
  edge: unknown,
  index: number,
  ids: Set<string>,
  taken: Set<string>,
  problems: Problem[],
): GraphEdge[] {
  const [source, target] = isObject(edge) ? [textField(edge, "source"), textField(edge, "target")] : ["", ""];
  if (!isObject(edge) || source === "" || target === "") {
    problems.push(problem("edge_without_ends", null, `Edge ${index + 1} has no source or no target.`));
    return [];
  }
  const missing = [source, target].find((id) => !ids.has(id));
  if (missing !== undefined) {
    problems.push(
      problem(
        "dangling_edge",
        null,
        `Edge ${index + 1} leads from "${source}" to "${target}", but there is no node "${missing}".`,
      ),
    );
    return [];
  }
  // A condition's `true` and `false` have been seen without quotes.
  const { sourceHandle: handle } = edge;
  const sourceHandle = typeof handle === "boolean" ? String(handle) : textField(edge, "sourceHandle");
  const derived = sourceHandle === "" ? `${source}-${target}` : `${source}-${target}-${sourceHandle}`;
  const id = freeId(textField(edge, "id") || derived, taken);
  return [{ id, source, target, ...(sourceHandle !== "" && { sourceHandle }) }];
}

function freeId(wanted: string, taken: Set<string>): string {
  let id = wanted;
  for (let number = 2; taken.has(id); number++) id = `${wanted}-${number}`;
  taken.add(id);
  return id;
}

function coordinate(value: Json | undefined): number {
  return typeof value === "number" && Number.isFinite(value) ? value : 0;
}

function tooMany(what: string, count: number, limit: number): Problem {
  return problem(`too_many_${what}`, null, `There are ${count} ${what}; ${limit} are allowed.`);
}
