import type { Graph } from "./graph.ts";
import { type ChatbotSettings, chatbotSettings } from "./settings.ts";

/** What the engine needs to know about a WhatsApp Flow that the graph sends. */
export type FlowFacts = {
  /** The provider's state of the Flow; a `DRAFT` is sent in draft mode. */
  status: string;
  /** The first screen of its Flow JSON: where the Flow opens when the node names no screen. */
  firstScreen: string | null;
};

/** A published version of a chatbot: immutable, and all that a run needs besides its own context. */
export type ChatbotVersion = {
  id: string;
  graph: Graph;
  settings: ChatbotSettings;
  /** The graphs that `subflow` nodes call, by chatbot id, copied when this version was published. */
  subflows: { [chatbotId: string]: Graph };
  /** The Flows that are known, by the provider's id. An unknown one is sent all the same. */
  flows: { [whatsappFlowId: string]: FlowFacts };
};

/** A version of a graph that is not published, for simulations: without subflows and stored WhatsApp Flows. */
export function draftVersion(graph: Graph, settings: Partial<ChatbotSettings> = {}): ChatbotVersion {
  return { id: "draft", graph, settings: chatbotSettings(settings), subflows: {}, flows: {} };
}

/** The current graph of a run with these open subflows, innermost last; null when that graph no longer exists. */
export function currentGraph(
  { graph, subflows }: ChatbotVersion,
  frames: readonly { chatbotId: string }[],
): Graph | null {
  const frame = frames.at(-1);
  if (frame === undefined) return graph;
  return Object.hasOwn(subflows, frame.chatbotId) ? (subflows[frame.chatbotId] as Graph) : null;
}
