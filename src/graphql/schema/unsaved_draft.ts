import { ParleyError } from "../../base/errors.ts";
import { parseGraph } from "../../chatbot/exchange/parse_graph.ts";
import type { Graph } from "../../chatbot/graph/graph.ts";
import { describeErrors, type UnsavedDraft } from "../../services/validate_chatbot.ts";
import { json } from "./graphql_types.ts";

/** Inputs of mutations that read a draft, and can be asked about one that its editor has not saved yet. */
export const unsavedDraft = {
  nodes: json().optional().describe("Used instead of the draft's nodes. Needs edges."),
  edges: json().optional().describe("Used instead of the draft's edges. Needs nodes."),
  settings: json().optional().describe("Used instead of the draft's settings."),
};

type Given = { nodes?: unknown; edges?: unknown; settings?: unknown };

/** @throws ParleyError PYGRA */
export function readUnsaved({ nodes, edges, settings }: Given): UnsavedDraft {
  const isGraphGiven = nodes !== undefined || edges !== undefined;
  return { ...(isGraphGiven && readGraph(nodes, edges)), ...(settings !== undefined && { settings }) };
}

/** @throws ParleyError PYGRA */
export function readGraph(nodes: unknown = [], edges: unknown = []): Graph {
  const { graph, problems } = parseGraph(nodes, edges);
  const errors = describeErrors(problems);
  if (errors !== null) throw new ParleyError("PYGRA", errors);
  return { nodes: graph.nodes, edges: graph.edges };
}
