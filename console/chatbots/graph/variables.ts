import type { Graph as EngineGraph } from "../../../src/chatbot/graph/graph.ts";
import { automaticNames } from "../../../src/chatbot/graph/node_numbers.ts";
import { dataOf, type Graph, type GraphNode, isObject, type Json, type JsonObject, typeOf } from "./draft.ts";
import type { Field, Kinds } from "./kind.ts";

/** A variable, with the nodes that set it and those that use it. `system`: every run has it. */
export type Variable = { name: string; setBy: string[]; usedBy: string[]; isSystem: boolean };

const SYSTEM = ["contact", "customer_phone", "callback_url", "opening_message", "referral"];
const PLACEHOLDER = /\{\{([A-Za-z0-9_.[\]]+)(?:\|[^{}]*)?\}\}/g;

/** The variables of a graph by name: `question_1.response` is a result of its node, `order` has `order.items` in it. */
export function variablesOf(graph: Graph, kinds: Kinds): Variable[] {
  const variables = new Map<string, Variable>();
  const named = (name: string) => {
    const found = variables.get(name) ?? { name, setBy: [], usedBy: [], isSystem: SYSTEM.includes(name) };
    variables.set(name, found);
    return found;
  };
  for (const name of SYSTEM) named(name);
  const results = resultsOf(graph, kinds);
  for (const node of graph.nodes) {
    const names = [...namesSetBy(node, kinds), ...(results.get(node.id) ?? [])];
    for (const name of new Set(names)) named(name).setBy.push(node.id);
  }
  for (const node of graph.nodes)
    for (const path of new Set(pathsUsedBy(node, kinds)))
      named(nameFor(path, variables)).usedBy.push(node.id);
  return [...variables.values()].sort((one, other) => one.name.localeCompare(other.name));
}

/** The variables in which each node stores its results by itself. */
export function resultsOf(graph: Graph, kinds: Kinds): ReadonlyMap<string, string[]> {
  const engineKinds = {
    named: (type: string) => {
      const kind = kinds.get(type);
      const numberedAs = kind?.results[0]?.name.split("_1.")[0];
      return kind ? { kind: type, begins: kind.isStart, ...(numberedAs && { numberedAs }) } : null;
    },
  };
  const nodes = graph.nodes.map((node) => ({ ...node, type: typeOf(node), data: dataOf(node) }));
  const prefixes = automaticNames({ nodes, edges: graph.edges } as unknown as EngineGraph, engineKinds);
  return new Map(
    graph.nodes.flatMap((node): [string, string[]][] => {
      const prefix = prefixes.get(node.id);
      const results = kinds.get(typeOf(node))?.results ?? [];
      return prefix ? [[node.id, results.map(({ name }) => `${prefix}.${name.split("_1.")[1]}`)]] : [];
    }),
  );
}

/** The longest known name that the path begins with; the path's first part, if none is known. */
function nameFor(path: string, known: ReadonlyMap<string, unknown>): string {
  for (let name = path; name !== ""; name = name.replace(/(\.[^.[]*|\[[^[]*)$/, "")) {
    if (known.has(name)) return name;
    if (!/[.[]/.test(name)) break;
  }
  return path.split(/[.[]/)[0] ?? path;
}

function namesSetBy(node: GraphNode, kinds: Kinds): string[] {
  return filledFields(kinds.get(typeOf(node))?.fields ?? [], dataOf(node)).flatMap(({ field, value }) => {
    if (field.type === "output" && typeof value === "string" && value.trim() !== "") return [bare(value)];
    return field.type === "outputs" && isObject(value) ? Object.keys(value) : [];
  });
}

function pathsUsedBy(node: GraphNode, kinds: Kinds): string[] {
  const data = dataOf(node);
  const named = filledFields(kinds.get(typeOf(node))?.fields ?? [], data).flatMap(({ field, value }) =>
    field.type === "variable" && typeof value === "string" ? [bare(value)] : [],
  );
  const compared = isObject(data.conditionGroup) ? conditionPaths(data.conditionGroup) : [];
  const filled = textsIn(data).flatMap((text) => [...text.matchAll(PLACEHOLDER)].map(([, path]) => path!));
  return [...named, ...compared, ...filled].filter((path) => path !== "");
}

function conditionPaths(group: JsonObject): string[] {
  const own = typeof group.variable === "string" ? [bare(group.variable)] : [];
  const inner = Array.isArray(group.conditions) ? group.conditions.filter(isObject) : [];
  return [...own, ...inner.flatMap(conditionPaths)];
}

function filledFields(fields: readonly Field[], data: JsonObject): { field: Field; value: Json }[] {
  return fields.flatMap((field) => {
    const value = data[field.name];
    if (value === undefined) return [];
    const items = field.items?.length && Array.isArray(value) ? value.filter(isObject) : [];
    return [{ field, value }, ...items.flatMap((item) => filledFields(field.items!, item))];
  });
}

function bare(path: string): string {
  return path.trim().replace(/^\{\{\s*(.*?)\s*\}\}$/, "$1");
}

function textsIn(value: Json | undefined): string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  return isObject(value) ? Object.values(value).flatMap(textsIn) : [];
}
