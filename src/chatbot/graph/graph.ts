import type { JsonObject } from "../../base/json/json.ts";

/**
 * One step of a chatbot. `type` may be empty in old exports, which then say it in `data.type`:
 * ask {@link nodeType}. `data` holds the fields of the node's kind, which `nodes/<kind>.ts` describes.
 */
export type GraphNode = {
  id: string;
  type: string;
  position: { x: number; y: number };
  data: JsonObject;
};

/** A way from one node to another. `sourceHandle` names the exit: a button id, `true`, `error`, …; absent is the plain way on. */
export type GraphEdge = { id: string; source: string; target: string; sourceHandle?: string };

/** A chatbot's graph, in the exchange format of the builder (ReactFlow's nodes and edges). */
export type Graph = { nodes: GraphNode[]; edges: GraphEdge[] };

/** What the graph itself needs to know of a kind of node. */
export type GraphKind = {
  kind: string;
  /** A run begins at the first node of such a kind. */
  begins?: boolean;
  /** The prefix of the variables in which a node stores what it brings: `question` of `question_1.response`. */
  numberedAs?: string;
};

export type GraphKinds = { named(type: string): GraphKind | null };

/** The type of a node as written: `type`, and where that is empty `data.type`. The one rule, used everywhere. */
export function nodeType(node: GraphNode): string {
  return node.type || (typeof node.data.type === "string" ? node.data.type : "");
}
