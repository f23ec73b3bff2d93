import { textField } from "../../base/json/fields.ts";
import { isObject, type Json, type JsonObject } from "../../base/json/json.ts";
import type { Graph, GraphNode } from "../graph/graph.ts";
import type { NodeKinds } from "../nodes/node_kinds.ts";
import { NODE_KINDS } from "../nodes/registry.ts";
import { type Problem, problem } from "../validation/problem.ts";
import { IMPORT_LIMITS } from "./limits.ts";
import { parseGraph } from "./parse_graph.ts";

/** A graph in the file of a chatbot, for its subflow nodes. */
export type ImportedSubflow = {
  /** The id by which nodes refer to it, in their `chatbotId`. */
  chatbotId: string;
  name: string;
  description: string | null;
  graph: Graph;
  settings: JsonObject;
};

/** Reads the list `subflows` of an export: `[{chatbotId, name, description?, nodes, edges, settings?}]`. */
export function readSubflows(list: Json | undefined): { subflows: ImportedSubflow[]; problems: Problem[] } {
  if (list === undefined || list === null) return { subflows: [], problems: [] };
  const refused = (code: string, message: string) => ({
    subflows: [],
    problems: [problem(code, null, message)],
  });
  if (!Array.isArray(list)) return refused("subflows_not_a_list", '"subflows" must be a list.');
  if (list.length > IMPORT_LIMITS.subflows) {
    const message = `The file must not have more than ${IMPORT_LIMITS.subflows} subflows; it has ${list.length}.`;
    return refused("too_many_subflows", message);
  }
  const problems: Problem[] = [];
  const subflows = new Map<string, ImportedSubflow>();
  for (const [index, item] of list.entries()) {
    const chatbotId = isObject(item) ? textField(item, "chatbotId") : "";
    if (!isObject(item) || chatbotId === "" || subflows.has(chatbotId)) {
      const message = `The subflow ${index + 1} must have a unique "chatbotId".`;
      problems.push(problem("broken_subflow", null, message));
      continue;
    }
    const name = textField(item, "name").trim() || "Subflow";
    const { graph, problems: ofGraph } = parseGraph(item.nodes, item.edges);
    problems.push(...ofGraph.map((one) => ({ ...one, message: `In the subflow "${name}": ${one.message}` })));
    const settings = isObject(item.settings) ? item.settings : {};
    subflows.set(chatbotId, {
      chatbotId,
      name,
      description: textField(item, "description") || null,
      graph,
      settings,
    });
  }
  return { subflows: [...subflows.values()], problems };
}

/** The ids of the chatbots that the subflow nodes of a graph call, without duplicates. */
export function subflowsCalledBy(graph: Graph, kinds: NodeKinds = NODE_KINDS): string[] {
  const named = graph.nodes.flatMap((node) => kinds.referencesOf(node));
  return [...new Set(named.filter(({ kind }) => kind === "chatbot").map(({ id }) => id))];
}

/** A copy of a graph with other ids in its subflow nodes. */
export function renameSubflows(
  graph: Graph,
  names: ReadonlyMap<string, string>,
  kinds: NodeKinds = NODE_KINDS,
): Graph {
  const renamed = (node: GraphNode): GraphNode => {
    const fresh = kinds
      .referencesOf(node)
      .filter(({ kind, id }) => kind === "chatbot" && names.has(id))
      .map(({ field, id }) => [field, names.get(id)]);
    return fresh.length === 0 ? node : { ...node, data: { ...node.data, ...Object.fromEntries(fresh) } };
  };
  return { nodes: graph.nodes.map(renamed), edges: graph.edges };
}
