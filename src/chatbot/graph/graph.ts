import type { JsonObject } from "../../base/json/json.ts";

/**
 * One step of a chatbot. `type` may be empty in old exports, which then say it in `data.type`:
 * ask {@link nodeType}. `data` holds the fields of the node kind, described in `nodes/<kind>.ts`.
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

/** Every node kind the engine can run. */
export const NODE_KINDS = [
  "start",
  "message",
  "question",
  "condition",
  "set_variable",
  "rest_api",
  "data_source",
  "whatsapp_flow",
  "google_calendar",
  "delay",
  "handoff",
  "jump",
  "subflow",
  "ab_split",
  "wait_for_callback",
  "ai_reply",
  "update_contact",
  "end",
] as const;

export type NodeKind = (typeof NODE_KINDS)[number];

/** The type of a node as written: `type`, and where that is empty `data.type`. The one rule, used everywhere. */
export function nodeType(node: GraphNode): string {
  return node.type || (typeof node.data.type === "string" ? node.data.type : "");
}

/** The node's kind, or null when the engine does not know its type. */
export function nodeKind(node: GraphNode): NodeKind | null {
  const type = nodeType(node);
  return (NODE_KINDS as readonly string[]).includes(type) ? (type as NodeKind) : null;
}
