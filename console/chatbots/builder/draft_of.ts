import type { Draft, GraphEdge, GraphNode, JsonObject } from "../graph/draft.ts";

type Stored = { name: string; description: string | null; nodes: unknown; edges: unknown; settings: unknown };

/** A stored chatbot as it is edited: its nodes and edges as they came, with what the builder does not know. */
export function draftOf({ name, description, nodes, edges, settings }: Stored): Draft {
  return {
    name,
    description,
    nodes: (nodes ?? []) as GraphNode[],
    edges: (edges ?? []) as GraphEdge[],
    settings: (settings ?? {}) as JsonObject,
  };
}
