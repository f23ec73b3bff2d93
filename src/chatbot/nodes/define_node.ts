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

/** An exit of a node, by the `sourceHandle` of its edges. */
export type NodeExit = {
  handle: string;
  /** When the run takes it, in a few words. */
  label: string;
  /** Where it differs from the kind's {@link NodeKind.leaves}. */
  leaves?: Leaving;
};

/**
 * How much time has passed when a run leaves a node: none, the node's whole waiting time, or an unknown time until a
 * reaction, after which the contact counts as having written.
 */
type Leaving = "at_once" | "after_wait" | "after_reaction";

/**
 * The descriptor of a kind of node. The engine, validation, import and export, simulation, the docs and the API read it;
 * none of them names a kind.
 */
export type NodeKind = GraphKind & {
  /** What it does, in one or two sentences of Markdown. */
  about: string;
  fields: Fields;
  /** The exits that every node of the kind has, besides the default exit. */
  exits: readonly NodeExit[];
  /** The exits that the fields of a node name; null where any name may be an exit. */
  ownExits?(data: JsonObject): readonly string[] | null;
  /** Describes {@link ownExits} for people. */
  ownExitsAbout?: string;
  /** How long a run waits at the node for a person or a time. A loop through such a node is not endless. */
  waits?(data: JsonObject, settings: ChatbotSettings): WaitTime;
  /** Whether a run may take another exit at each visit, and so leave a loop. */
  decides?: boolean;
  /** Defaults to `at_once`. */
  leaves?: Leaving;
  /** Whether the node sends a message that needs an open reply window (24 hours after the contact's last message). */
  needsWindow?(data: JsonObject): boolean;
  /** What the node stores as `<numberedAs>_<number>.<result>`, by result. */
  results?: { readonly [result: string]: string };

  /** Problems of a node, besides those found by its fields. */
  problems?(node: GraphNode): Problem[];
  /** References to things outside the graph, besides those of its fields. */
  references?(data: JsonObject): NamedReference[];
  /** Paths of variables that the node reads, besides placeholders and those of its fields. */
  reads?(data: JsonObject): string[];
  /** Regular expressions of the node, besides those of its fields. */
  patterns?(data: JsonObject): string[];
  /** The response of a simulation to the node's requests that no stub answers. */
  emptyAnswer?: Json;

  /** Called when a run enters the node: does the node's work and returns the next step. */
  enter(turn: Turn, node: GraphNode): Step;
  /** Called for an event while the run waits at the node; null if the node does not handle it. */
  receive?(turn: Turn, node: GraphNode, event: ChatbotEvent, waiting: Waiting): Step | null;
  /** Whether the node would accept a message that arrived before the run waited at it. */
  accepts?(turn: Turn, node: GraphNode, message: InboundMessage, waiting: Waiting): boolean;
  /** Called when the graph that the node called has ended, with its variables. */
  returned?(turn: Turn, node: GraphNode, outcome: string | null, results: JsonObject): Step;
};

/** Defines a kind of node. The engine runs the kinds that are listed in `registry.ts`. */
export function defineNode(kind: NodeKind): NodeKind {
  return kind;
}
