import type { Json, JsonObject } from "../../base/json/json.ts";
import type { InboundMessage, Waiting } from "../engine/context.ts";
import type { ChatbotEvent } from "../engine/event.ts";
import type { Step } from "../engine/step.ts";
import type { Turn } from "../engine/turn.ts";
import type { WaitTime } from "../engine/wait_time.ts";
import type { Fields } from "../fields/field.ts";
import type { NamedReference } from "../fields/named_references.ts";
import type { GraphKind, GraphNode } from "../graph/graph.ts";
import type { ChatbotSettings } from "../graph/settings.ts";
import type { Problem } from "../validation/problem.ts";

/** A way out of a node, by the `sourceHandle` of its edges. */
export type NodeExit = {
  handle: string;
  /** When the run takes it, in a few words. */
  label: string;
  /** Where it differs from the kind's. */
  leaves?: Leaving;
};

/**
 * What has passed when a run leaves a node: nothing, the node's whole waiting time, or as long as somebody took to
 * react, which ends the contact's silence as far as can be known.
 */
type Leaving = "at_once" | "after_wait" | "after_reaction";

/**
 * Everything that is known of a kind of node. The engine, validation, import and export, simulation, the docs and the
 * API read it from here; none of them names a kind.
 */
export type NodeKind = GraphKind & {
  /** What it does, in one or two sentences of Markdown. */
  about: string;
  fields: Fields;
  /** The exits that every node of the kind has, besides the plain way on. */
  exits: readonly NodeExit[];
  /** The exits that its fields name; null where any name may be one. */
  ownExits?(data: JsonObject): readonly string[] | null;
  /** What {@link ownExits} are, for people. */
  ownExitsAbout?: string;
  /** How long a run waits here for a person or a clock. A loop through such a node is a conversation. */
  waits?(data: JsonObject, settings: ChatbotSettings): WaitTime;
  /** May a run leave a loop here, by another exit than the last time? */
  decides?: boolean;
  /** `at_once` by default. */
  leaves?: Leaving;
  /** Does it send something that may only be sent within the reply window (24 hours after the contact's last message)? */
  needsWindow?(data: JsonObject): boolean;
  /** What the node stores as `<numberedAs>_<number>.<result>`, by result. */
  results?: { readonly [result: string]: string };

  /** What is wrong with a node, besides what its fields say. */
  problems?(node: GraphNode): Problem[];
  /** What it names outside of the graph, besides what its fields say. */
  references?(data: JsonObject): NamedReference[];
  /** Paths of variables that it reads, besides placeholders and what its fields say. */
  reads?(data: JsonObject): string[];
  /** Regular expressions in it, besides what its fields say. */
  patterns?(data: JsonObject): string[];
  /** What a simulation answers to its requests when no stub does. */
  emptyAnswer?: Json;

  /** A run has come to the node: does its work, and says where the run goes. */
  enter(turn: Turn, node: GraphNode): Step;
  /** Something happened while the run waits here; null: it means nothing, or what it means at any node. */
  receive?(turn: Turn, node: GraphNode, event: ChatbotEvent, waiting: Waiting): Step | null;
  /** Would this message, which came before the run waited here, be taken? */
  accepts?(turn: Turn, node: GraphNode, message: InboundMessage, waiting: Waiting): boolean;
  /** The graph that the node has called is at its end, with these variables. */
  returned?(turn: Turn, node: GraphNode, outcome: string | null, results: JsonObject): Step;
};

/** Defines a kind of node. To be run it must also be listed in `registry.ts`. */
export function defineNode(kind: NodeKind): NodeKind {
  return kind;
}
