import type { Json, JsonObject } from "../../../src/base/json/json.ts";
import { advance } from "../../../src/chatbot/engine/advance.ts";
import { type Context, type InboundMessage, newContext } from "../../../src/chatbot/engine/context.ts";
import type { Effect, OutboundMessage } from "../../../src/chatbot/engine/effect.ts";
import type { ChatbotEvent } from "../../../src/chatbot/engine/event.ts";
import type { Graph } from "../../../src/chatbot/graph/graph.ts";
import type { ChatbotSettings } from "../../../src/chatbot/graph/settings.ts";
import { type ChatbotVersion, draftVersion } from "../../../src/chatbot/graph/version.ts";

export const NOW = "2026-03-02T09:00:00.000Z";
export const RUN_ID = "0190aaaa-0000-7000-8000-000000000001";

/** A node as tests write it: its type, then its data. */
export type NodeSpec = readonly [type: string, data?: JsonObject];

/** A graph from `{id: [type, data]}` and `"source > target"` or `"source:handle > target"`. */
export function graphOf(nodes: { [id: string]: NodeSpec }, edges: readonly string[]): Graph {
  return {
    nodes: Object.entries(nodes).map(([id, [type, data = {}]]) => ({
      id,
      type,
      position: { x: 0, y: 0 },
      data,
    })),
    edges: edges.map((edge) => {
      const [from = "", target = ""] = edge.split(" > ");
      const [source = "", sourceHandle] = from.split(":");
      return { id: edge, source, target, ...(sourceHandle !== undefined && { sourceHandle }) };
    }),
  };
}

/** A graph of one chain, begun by a start node `start`. */
export function chainOf(nodes: { [id: string]: NodeSpec }): Graph {
  const ids = ["start", ...Object.keys(nodes)];
  const edges = ids.slice(1).map((id, index) => `${ids[index]} > ${id}`);
  return graphOf({ start: ["start"], ...nodes }, edges);
}

/** A run under test: each event moves it on, and leaves what it did in `effects`. */
export class Run {
  readonly version: ChatbotVersion;
  context: Context;
  effects: Effect[] = [];
  now = NOW;

  constructor(graph: Graph, settings: Partial<ChatbotSettings> = {}, version: Partial<ChatbotVersion> = {}) {
    this.version = { ...draftVersion(graph, settings), ...version };
    this.context = newContext(RUN_ID, "contact-1", NOW);
  }

  /** Gives an event, on a context that went through the database and back. */
  give(event: ChatbotEvent, now = this.now): this {
    this.now = now;
    const stored = JSON.parse(JSON.stringify(this.context)) as Context;
    const { context, effects } = advance(this.version, stored, event, now);
    this.context = context;
    this.effects = effects;
    return this;
  }

  start(variables: JsonObject = {}): this {
    return this.give({ kind: "start", message: null, variables });
  }

  say(body: string): this {
    return this.give({ kind: "message", message: text(body) });
  }

  hear(message: InboundMessage): this {
    return this.give({ kind: "message", message });
  }

  /** Answers the call that is under way. */
  respond(status: number, body: Json = null): this {
    const { waiting } = this.context;
    const requestId = waiting?.kind === "http" ? waiting.requestId : "";
    return this.give({
      kind: "http_result",
      requestId,
      result: { kind: "response", status, body, durationMs: 5 },
    });
  }

  /** Lets the timer ring when it is due. */
  ring(): this {
    return this.give({ kind: "timer" }, this.context.waiting?.timer?.at);
  }

  get sent(): OutboundMessage[] {
    return this.effects.flatMap((effect) => (effect.kind === "send" ? effect.message : []));
  }

  /** The texts sent in the last turn; of interactive messages their body. */
  get said(): string[] {
    return this.sent.map(({ content }) => {
      const { body } = content as JsonObject;
      return typeof body === "string" ? body : String((body as JsonObject | undefined)?.text);
    });
  }

  /** The action of the interactive message that was sent first in the last turn; the test says its shape. */
  action<Shape>(): Shape {
    const content = this.sent.find(({ type }) => type === "interactive")?.content as JsonObject;
    return content.action as Shape;
  }

  get path(): string[] {
    return this.context.nodeHistory.map(({ nodeId }) => nodeId);
  }

  get logs(): string[] {
    return this.effects.flatMap((effect) => (effect.kind === "log" ? `${effect.code} ${effect.detail}` : []));
  }

  effect<Kind extends Effect["kind"]>(kind: Kind): Extract<Effect, { kind: Kind }> | undefined {
    return this.effects.find((effect): effect is Extract<Effect, { kind: Kind }> => effect.kind === kind);
  }
}

export function text(body: string): InboundMessage {
  return { id: null, type: "text", content: { body } };
}

export function tap(
  id: string,
  title = id,
  type: "button_reply" | "list_reply" = "button_reply",
): InboundMessage {
  return { id: null, type: "interactive", content: { type, [type]: { id, title } } };
}

export function form(response: JsonObject, token?: string): InboundMessage {
  const response_json = JSON.stringify({ ...response, ...(token !== undefined && { flow_token: token }) });
  const nfm_reply = { name: "flow", body: "Sent", response_json };
  return { id: null, type: "interactive", content: { type: "nfm_reply", nfm_reply } };
}
