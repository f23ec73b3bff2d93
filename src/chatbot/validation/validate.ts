import type { Graph } from "../graph.ts";
import type { Problem } from "../problem.ts";
import { fieldProblems } from "./fields.ts";
import { loopProblems } from "./loops.ts";
import { structureProblems } from "./structure.ts";
import { variableProblems } from "./unknown_variables.ts";

/** What exists beside the graph; a list left out is not checked. */
export type Surroundings = {
  flowIds?: readonly string[];
  dataSourceIds?: readonly string[];
  connectionIds?: readonly string[];
  chatbotIds?: readonly string[];
};

/**
 * Everything that is wrong with a graph, in the order of its nodes. A version with an error is not published;
 * warnings say what a run will do about it. Never throws.
 */
export function validateGraph(graph: Graph, surroundings: Surroundings = {}): Problem[] {
  return [
    ...structureProblems(graph),
    ...graph.nodes.flatMap((node) => fieldProblems(node, surroundings)),
    ...loopProblems(graph),
    ...variableProblems(graph),
  ];
}
