import type { JsonObject } from "../../base/json/json.ts";
import type { Graph, GraphNode } from "../graph/graph.ts";
import type { NodeKinds } from "../nodes/node_kinds.ts";
import { NODE_KINDS } from "../nodes/registry.ts";
import type { ImportedFlow } from "./flows.ts";
import { redactNode } from "./redact_node.ts";
import { redactObject } from "./redact_object.ts";
import type { ImportedSubflow } from "./subflows.ts";

/** The input of an export. */
export type ExportedChatbot = {
  /** The id by which subflow nodes call it; null when it has none yet. */
  id: string | null;
  name: string;
  description: string | null;
  graph: Graph;
  settings: JsonObject;
  isActive: boolean;
  status: "active" | "archived" | "draft";
  metadata: JsonObject | null;
  /** The stored WhatsApp Flows among those that the graphs send. */
  flows: ExportedFlow[];
  /** The graphs that are called, directly or indirectly. */
  subflows: ImportedSubflow[];
};

type ExportedFlow = ImportedFlow & {
  /** The status at the provider: `DRAFT`, `PUBLISHED`, … */
  status: string;
  metadata: JsonObject;
};

/**
 * Exports a chatbot in the wrapped form of the exchange format, without secrets. `settings` and `subflows` are Parley's
 * additions; other applications ignore them. `exportedAt` is an ISO instant.
 */
export function exportChatbot(
  chatbot: ExportedChatbot,
  exportedAt: string,
  kinds: NodeKinds = NODE_KINDS,
): JsonObject {
  const { id, name, description, graph, settings, isActive, status, metadata, flows, subflows } = chatbot;
  const sendsFlows = [graph, ...subflows.map((subflow) => subflow.graph)].some(({ nodes }) =>
    nodes.some((node) => canSendFlow(node, kinds)),
  );
  const redacted = ({ nodes, edges }: Graph) => ({
    nodes: nodes.map((node) => redactNode(node, kinds)),
    edges,
  });
  const document: JsonObject = {
    version: "1.0",
    exportedAt,
    chatbot: {
      id,
      name,
      description,
      ...redacted(graph),
      isActive,
      status,
      metadata,
      settings,
    },
    // Always present, even as an empty list: other applications expect the key.
    ...(sendsFlows && {
      whatsappFlows: flows.map((flow) => ({ ...flow, isActive: flow.status === "PUBLISHED" })),
    }),
    ...(subflows.length > 0 && {
      subflows: subflows.map(({ graph: called, ...rest }) => ({ ...rest, ...redacted(called) })),
    }),
  };
  return redactObject(document, "field");
}

function canSendFlow(node: GraphNode, kinds: NodeKinds): boolean {
  return Object.values(kinds.of(node)?.fields ?? {}).some(({ refersTo }) => refersTo === "flow");
}
