import type { Graph } from "../graph/graph.ts";
import { type ChatbotSettings, DEFAULT_SETTINGS } from "../graph/settings.ts";
import { fieldProblems } from "./fields.ts";
import { loopProblems } from "./loops.ts";
import { patternProblems } from "./patterns.ts";
import type { Problem } from "./problem.ts";
import { referenceProblems, type Surroundings } from "./references.ts";
import { structureProblems } from "./structure.ts";
import { variableProblems } from "./unknown_variables.ts";
import { windowProblems } from "./window.ts";

/**
 * Everything that is wrong with a graph, by kind of fault, each in the order of its nodes. A version with an error is
 * not published; warnings say what a run will do about it. Never throws.
 *
 * @param surroundings how it stands with what the graph names: see {@link referencesOf}.
 */
export function validateGraph(
  graph: Graph,
  surroundings: Surroundings = {},
  settings: ChatbotSettings = DEFAULT_SETTINGS,
): Problem[] {
  return [
    ...structureProblems(graph),
    ...graph.nodes.flatMap(fieldProblems),
    ...patternProblems(graph.nodes),
    ...referenceProblems(graph, surroundings),
    ...loopProblems(graph),
    ...variableProblems(graph),
    ...windowProblems(graph, settings),
  ];
}
