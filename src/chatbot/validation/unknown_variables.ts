import { listField, objectField, textField } from "../../base/json/fields.ts";
import { isObject, type Json } from "../../base/json/json.ts";
import { type Graph, type GraphNode, nodeKind } from "../graph/graph.ts";
import { indexGraph } from "../graph/graph_index.ts";
import { parsePath } from "../text/path.ts";
import { SYSTEM_NAMES } from "../text/system_variables.ts";
import { placeholdersIn, variablePath } from "../text/template.ts";
import { type Problem, warning } from "./problem.ts";

/** The fields that name a variable to be set. */
const OUTPUT_FIELDS = [
  "variable",
  "apiOutputVariable",
  "apiErrorVariable",
  "outputVariable",
  "errorVariable",
  "flowOutputVariable",
  "calendarOutputVariable",
  "aiOutputVariable",
];
/** The fields that name a variable to be read, without braces. */
const INPUT_FIELDS = [
  "dynamicListSource",
  "dynamicButtonsSource",
  "calendarUserVariable",
  "calendarDateVariable",
  "calendarEndDateVariable",
];

/** Variables that are read and that nothing sets: a placeholder stays as it is typed, a condition sees nothing. */
export function variableProblems(graph: Graph): Problem[] {
  const { names } = indexGraph(graph);
  const known = new Set([...SYSTEM_NAMES, ...names.values(), ...graph.nodes.flatMap(namesSetBy)].map(rootOf));
  return graph.nodes.flatMap((node) => {
    const unknown = new Set(pathsReadBy(node).filter((path) => path !== "" && !known.has(rootOf(path))));
    return [...unknown].map((path) =>
      warning("unknown_variable", node.id, `Nothing sets the variable "${path}".`),
    );
  });
}

function rootOf(path: string): string {
  return parsePath(path)[0] ?? "";
}

function namesSetBy(node: GraphNode): string[] {
  const { data } = node;
  const assignments = listField(data, "assignments").filter(isObject);
  return [
    ...OUTPUT_FIELDS.map((field) => variablePath(textField(data, field))),
    ...assignments.map((assignment) => variablePath(textField(assignment, "variable"))),
    ...(nodeKind(node) === "subflow" ? Object.keys(objectField(data, "outputs")) : []),
  ];
}

function pathsReadBy(node: GraphNode): string[] {
  const { data } = node;
  return [
    ...textsIn(data).flatMap(placeholdersIn),
    ...INPUT_FIELDS.map((field) => variablePath(textField(data, field))),
    ...(nodeKind(node) === "condition" ? conditionVariables(objectField(data, "conditionGroup"), data) : []),
  ];
}

function conditionVariables(group: Json, data: GraphNode["data"]): string[] {
  const conditions = isObject(group) ? listField(group, "conditions").filter(isObject) : [];
  if (conditions.length === 0) return [variablePath(textField(data, "conditionVar"))];
  return conditions.flatMap((condition) =>
    Array.isArray(condition.conditions)
      ? conditionVariables(condition, {})
      : variablePath(textField(condition, "variable")),
  );
}

function textsIn(value: Json | undefined): string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  return isObject(value) ? Object.values(value).flatMap(textsIn) : [];
}
