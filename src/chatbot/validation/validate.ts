import type { Graph } from "../graph/graph.ts";
import { type ChatbotSettings, DEFAULT_SETTINGS } from "../graph/settings.ts";
import type { NodeKinds } from "../nodes/node_kinds.ts";
import { NODE_KINDS } from "../nodes/registry.ts";
import { loopProblems } from "./loops.ts";
import { nodeProblems } from "./node_problems.ts";
import { patternProblems } from "./patterns.ts";
import type { Problem } from "./problem.ts";
import { referenceProblems, type Surroundings } from "./references.ts";
import { structureProblems } from "./structure.ts";
import { variableProblems } from "./unknown_variables.ts";
import { windowProblems } from "./window.ts";

/**
 * All problems of a graph, by kind of problem, each in the order of the nodes. A version with an error cannot be published;
 * a warning explains what a run will do. Never throws.
 *
 * @param surroundings the state of the objects that the graph refers to: see {@link referencesOf}.
 */
export function validateGraph(
  graph: Graph,
  surroundings: Surroundings = {},
  settings: ChatbotSettings = DEFAULT_SETTINGS,
  kinds: NodeKinds = NODE_KINDS,
): Problem[] {
  return [
    ...structureProblems(graph, kinds),
    ...graph.nodes.flatMap((node) => nodeProblems(node, kinds)),
    ...patternProblems(graph.nodes, kinds),
    ...referenceProblems(graph, surroundings, kinds),
    ...loopProblems(graph, kinds),
    ...variableProblems(graph, kinds),
    ...windowProblems(graph, settings, kinds),
  ];
}
