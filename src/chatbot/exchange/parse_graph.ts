import { textField } from "../../base/json/fields.ts";
import { isObject, type Json, type JsonObject } from "../../base/json/json.ts";
import { type Graph, type GraphEdge, type GraphKinds, type GraphNode, nodeType } from "../graph/graph.ts";
import { NODE_KINDS } from "../nodes/registry.ts";
import { type Problem, problem, warning } from "../validation/problem.ts";
import { IMPORT_LIMITS } from "./limits.ts";

/** Keys in a node's data that belong to the user interface of a graph editor. */
const INTERFACE_KEYS: ReadonlySet<string> = new Set(["onConfig", "onDelete"]);

/**
 * Parses nodes and edges as exports contain them: ids may be numbers, edges may have no id, positions may be missing. Keys of
 * user interfaces are removed; all other keys of the data are kept.
 */
export function parseGraph(
  nodes: unknown,
  edges: unknown,
  kinds: GraphKinds = NODE_KINDS,
): { graph: Graph; problems: Problem[] } {
  const problems: Problem[] = [];
  const graph: Graph = { nodes: [], edges: [] };
  if (!Array.isArray(nodes)) problems.push(problem("missing_nodes", null, "`nodes` must be a list."));
  else if (nodes.length > IMPORT_LIMITS.nodes)
    problems.push(tooMany("nodes", nodes.length, IMPORT_LIMITS.nodes));
  else graph.nodes = nodes.flatMap((node, index) => parseNode(node, index, problems, kinds));

  if (edges != null && !Array.isArray(edges)) {
    problems.push(problem("missing_edges", null, "`edges` must be a list."));
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
    problems.push(problem("node_without_id", null, `Node ${index + 1} must have an id.`));
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
  // If `type` is a generic type of a graph editor (`custom`, `input`), the data contains the kind.
  const inner = nodeType({ ...written, type: "" });
  const isKnown = (one: GraphNode) => kinds.named(nodeType(one)) !== null;
  const parsed = !isKnown(written) && kinds.named(inner) ? { ...written, type: inner } : written;
  const type = nodeType(parsed);
  if (type === "") problems.push(problem("node_without_type", id, `The node "${id}" must have a type.`));
  else if (!isKnown(parsed)) {
    problems.push(
      warning(
        "unknown_node_type",
        id,
        `The type "${type}" of the node "${id}" does not exist; a run that reaches the node ends.`,
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
    problems.push(problem("edge_without_ends", null, `Edge ${index + 1} must have a source and a target.`));
    return [];
  }
  const missing = [source, target].find((id) => !ids.has(id));
  if (missing !== undefined) {
    problems.push(
      problem(
        "dangling_edge",
        null,
        `Edge ${index + 1} leads from "${source}" to "${target}", but the node "${missing}" does not exist.`,
      ),
    );
    return [];
  }
  // Some exports contain the exits `true` and `false` of conditions as booleans.
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
  return problem(
    `too_many_${what}`,
    null,
    `There must not be more than ${limit} ${what}; there are ${count}.`,
  );
}
