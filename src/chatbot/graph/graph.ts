import type { JsonObject } from "../../base/json/json.ts";

/**
 * One node of a graph. In old exports `type` may be empty and `data.type` contains the type: use {@link nodeType}. `data`
 * holds the fields of the node's kind, which `nodes/<kind>.ts` describes.
 */
export type GraphNode = {
  id: string;
  type: string;
  position: { x: number; y: number };
  data: JsonObject;
};

/** An edge. `sourceHandle` names the exit: a button id, `true`, `error`, …; it is absent for the default exit. */
export type GraphEdge = { id: string; source: string; target: string; sourceHandle?: string };

/** A chatbot's graph, in the exchange format: ReactFlow's nodes and edges. */
export type Graph = { nodes: GraphNode[]; edges: GraphEdge[] };

/** The part of a kind of node that functions of this room need. */
export type GraphKind = {
  kind: string;
  /** Whether it is the kind of start nodes: a run starts at the first node of such a kind. */
  begins?: boolean;
  /** The prefix of the variables in which a node stores its results: `question` of `question_1.response`. */
  numberedAs?: string;
};

export type GraphKinds = { named(type: string): GraphKind | null };

/** The type of a node as written: `type`, or `data.type` if that is empty. */
export function nodeType(node: GraphNode): string {
  return node.type || (typeof node.data.type === "string" ? node.data.type : "");
}
