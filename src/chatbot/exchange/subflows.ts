import { textField } from "../../base/json/fields.ts";
import { isObject, type Json, type JsonObject } from "../../base/json/json.ts";
import { type Graph, type GraphNode, nodeType } from "../graph/graph.ts";
import { type Problem, problem } from "../validation/problem.ts";
import { IMPORT_LIMITS } from "./limits.ts";
import { parseGraph } from "./parse_graph.ts";

/** A graph that came along for subflow nodes to call. */
export type ImportedSubflow = {
  /** What the nodes call it by, in their `chatbotId`. */
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
  if (!Array.isArray(list)) return refused("subflows_not_a_list", '"subflows" is not a list.');
  if (list.length > IMPORT_LIMITS.subflows) {
    const message = `There are ${list.length} subflows; ${IMPORT_LIMITS.subflows} are allowed.`;
    return refused("too_many_subflows", message);
  }
  const problems: Problem[] = [];
  const subflows = new Map<string, ImportedSubflow>();
  for (const [index, item] of list.entries()) {
    const chatbotId = isObject(item) ? textField(item, "chatbotId") : "";
    if (!isObject(item) || chatbotId === "" || subflows.has(chatbotId)) {
      const message = `The subflow ${index + 1} has no "chatbotId" of its own.`;
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

/** The graphs that a graph calls, as its nodes name them, each once. */
export function subflowsCalledBy(graph: Graph): string[] {
  const called = graph.nodes.filter(isCall).map(({ data }) => textField(data, "chatbotId"));
  return [...new Set(called)].filter((chatbotId) => chatbotId !== "");
}

/** The same graph, calling others by the names they have here. */
export function renameSubflows(graph: Graph, names: ReadonlyMap<string, string>): Graph {
  const renamed = (node: GraphNode): GraphNode => {
    const name = isCall(node) ? names.get(textField(node.data, "chatbotId")) : undefined;
    return name === undefined ? node : { ...node, data: { ...node.data, chatbotId: name } };
  };
  return { nodes: graph.nodes.map(renamed), edges: graph.edges };
}

function isCall(node: GraphNode): boolean {
  return nodeType(node) === "subflow";
}
