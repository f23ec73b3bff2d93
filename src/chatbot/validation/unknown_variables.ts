import { isObject, type Json } from "../../base/json/json.ts";
import type { Field } from "../fields/field.ts";
import { type FilledField, filledFields } from "../fields/filled_fields.ts";
import type { Graph, GraphNode } from "../graph/graph.ts";
import { indexGraph } from "../graph/graph_index.ts";
import type { NodeKinds } from "../nodes/node_kinds.ts";
import { parsePath } from "../text/path.ts";
import { SYSTEM_NAMES } from "../text/system_variables.ts";
import { placeholdersIn, variablePath } from "../text/template.ts";
import { type Problem, warning } from "./problem.ts";

/** Warnings for variables that are read but never set: a placeholder stays in the text, a condition compares with nothing. */
export function variableProblems(graph: Graph, kinds: NodeKinds): Problem[] {
  const { names } = indexGraph(graph, kinds);
  const set = graph.nodes.flatMap((node) => namesSetBy(node, kinds));
  const known = new Set([...SYSTEM_NAMES, ...names.values(), ...set].map(rootOf));
  return graph.nodes.flatMap((node) => {
    const paths = pathsReadBy(node, kinds).filter((path) => path !== "" && !known.has(rootOf(path)));
    return [...new Set(paths)].map((path) =>
      warning("unknown_variable", node.id, `No node sets the variable "${path}".`),
    );
  });
}

function rootOf(path: string): string {
  return parsePath(path)[0] ?? "";
}

function namesSetBy(node: GraphNode, kinds: NodeKinds): string[] {
  return fieldsOf(node, kinds).flatMap(({ field, data }) => {
    if (field.type === "output") return variablePath((field as Field<string>).of(data));
    return field.type === "outputs" ? Object.keys((field as Field<object>).of(data)) : [];
  });
}

/** The paths of variables that a node reads. Placeholders count in all fields, including fields that its kind does not have. */
function pathsReadBy(node: GraphNode, kinds: NodeKinds): string[] {
  const named = fieldsOf(node, kinds).flatMap(({ field, data }) =>
    field.type === "variable" ? variablePath((field as Field<string>).of(data)) : [],
  );
  return [
    ...textsIn(node.data).flatMap(placeholdersIn),
    ...named,
    ...(kinds.of(node)?.reads?.(node.data) ?? []),
  ];
}

function fieldsOf(node: GraphNode, kinds: NodeKinds): FilledField[] {
  return filledFields(kinds.of(node)?.fields ?? {}, node.data);
}

function textsIn(value: Json | undefined): string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  return isObject(value) ? Object.values(value).flatMap(textsIn) : [];
}
