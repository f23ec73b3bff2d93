import { type Json, type JsonObject, own } from "../../base/json/json.ts";
import { advance } from "../engine/advance.ts";
import type { Budget } from "../engine/budget.ts";
import type { Context, Instant, NodeOutput } from "../engine/context.ts";
import type { Effect } from "../engine/effect.ts";
import type { ChatbotEvent } from "../engine/event.ts";
import type { Turn } from "../engine/turn.ts";
import { nodeType } from "../graph/graph.ts";
import type { ChatbotVersion } from "../graph/version.ts";
import type { NodeKinds } from "../nodes/node_kinds.ts";
import { withoutCredentials } from "./credentials.ts";

/** The trace of one turn: the event, and what each node did. */
export type TraceTurn = {
  event: ChatbotEvent["kind"];
  /** The data of the event: the message, the response to a request, the variables of a start. */
  input: JsonObject;
  /** The instant of the turn, by the simulated clock. */
  at: Instant;
  nodes: NodeStep[];
};

/** What one node did in a turn. */
type NodeStep = {
  /** Null for the run itself, before its first node. */
  id: string | null;
  type: string;
  /** The chatbot id of the called graph, when it is not the run's own. */
  subflow?: string;
  /** Requests are shown without their credentials. */
  effects: Effect[];
  /** The variables that were set, changed or (null) removed. */
  changed: JsonObject;
  /** What the node recorded; null while it waits, and for a node that records nothing. */
  output: NodeOutput | null;
};

/** Runs a turn of the production engine and records what each node does. */
export function traced(
  version: ChatbotVersion,
  before: Context,
  event: ChatbotEvent,
  now: Instant,
  options: { kinds?: NodeKinds; budget?: Budget } = {},
): { context: Context; effects: Effect[]; trace: TraceTurn } {
  const recorder = new TraceRecorder(before, waitingIn(version, before));
  const { context, effects } = advance(version, before, event, now, {
    ...options,
    observe: (turn) => recorder.enter(turn),
  });
  recorder.end();
  const nodes = recorder.steps.map(({ from, ...step }, at): NodeStep => {
    const done = effects.slice(from, recorder.steps[at + 1]?.from);
    return { ...step, effects: done.map(withoutCredentials) };
  });
  const [first, ...rest] = nodes;
  // The run itself is shown as a step only when it did something.
  const isIdle = first?.id === null && first.effects.length === 0 && Object.keys(first.changed).length === 0;
  const { kind, ...input } = event;
  return {
    context,
    effects,
    trace: { event: kind, input: input as JsonObject, at: now, nodes: isIdle ? rest : nodes },
  };
}

type NodeName = Pick<NodeStep, "id" | "type" | "subflow">;
/** A node's part of a turn; `from` is the number of effects before it. */
type Part = Omit<NodeStep, "effects"> & { from: number };

/**
 * Records the steps of a turn, node by node. Compares only variables that were set, so that its cost does not depend on the
 * size of all variables.
 */
class TraceRecorder {
  readonly steps: Part[] = [];
  readonly #before: Context;
  readonly #waiting: NodeName;
  /** The last recorded values of the variables that were set, as JSON. */
  readonly #known = new Map<string, string>();
  #turn: Turn | null = null;
  #touched = 0;
  /** The node's output when it was entered, as JSON. */
  #noted = "";

  constructor(before: Context, waiting: NodeName) {
    this.#before = before;
    this.#waiting = waiting;
  }

  /** Called when the turn begins, and when it enters a node. */
  enter(turn: Turn): void {
    this.end();
    this.#turn = turn;
    const node = this.steps.length === 0 ? this.#waiting : enteredIn(turn);
    this.#noted = JSON.stringify(outputOf(node, turn.context));
    this.steps.push({ ...node, changed: {}, output: null, from: turn.effects.length });
  }

  /** Completes the step of the node that was entered last. */
  end(): void {
    const step = this.steps.at(-1);
    if (this.#turn === null || step === undefined) return;
    const { touched, context } = this.#turn;
    const names = new Set(touched.slice(this.#touched));
    this.#touched = touched.length;
    const changed = [...names].flatMap((name): [string, Json][] => {
      const value = own(context.variables, name) ?? null;
      const [old, fresh] = [this.#known.get(name) ?? this.#original(name), JSON.stringify(value)];
      this.#known.set(name, fresh);
      return old === fresh ? [] : [[name, value]];
    });
    step.changed = Object.fromEntries(changed);
    const output = outputOf(step, context);
    if (JSON.stringify(output) !== this.#noted) step.output = output;
  }

  #original(name: string): string {
    return JSON.stringify(own(this.#before.variables, name) ?? null);
  }
}

/** The node at which the run was waiting; before the start, the run itself. */
function waitingIn(version: ChatbotVersion, { waiting, nodeHistory }: Context): NodeName {
  if (waiting === null) return { id: null, type: "" };
  const { nodeId: id } = waiting;
  const subflow = nodeHistory.findLast(({ nodeId }) => nodeId === id)?.subflow;
  const graph = subflow === undefined ? version.graph : version.subflows[subflow];
  const node = graph?.nodes.find((candidate) => candidate.id === id);
  return { id, type: node ? nodeType(node) : "", ...(subflow !== undefined && { subflow }) };
}

function enteredIn({ context, graph }: Turn): NodeName {
  const { nodeId: id, subflow } = context.nodeHistory.at(-1)!;
  const node = graph?.nodes.get(id);
  return { id, type: node ? nodeType(node) : "", ...(subflow !== undefined && { subflow }) };
}

/** The last output that a node recorded. */
function outputOf({ id, subflow }: NodeName, { nodeOutputs }: Context): NodeOutput | null {
  return (own(nodeOutputs as JsonObject, subflow === undefined ? `${id}` : `${subflow}/${id}`) ??
    null) as NodeOutput | null;
}
