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

/** One turn of a played run: what happened, and node by node what it did. */
export type TraceTurn = {
  event: ChatbotEvent["kind"];
  /** What came with the event: the message, the answer to a call, the variables given. */
  input: JsonObject;
  /** The virtual clock. */
  at: Instant;
  nodes: NodeStep[];
};

/** What one node did in a turn. */
type NodeStep = {
  /** Null: the run itself, before its first node. */
  id: string | null;
  type: string;
  /** The chatbot id of the called graph, when it is not the run's own. */
  subflow?: string;
  /** Without the credentials of calls. */
  effects: Effect[];
  /** Variables that were set, changed or (null) removed. */
  changed: JsonObject;
  /** How it went; null while it waits, and of a node that notes nothing. */
  output: NodeOutput | null;
};

/** A turn of the same engine that runs in production, observed node by node. */
export function traced(
  version: ChatbotVersion,
  before: Context,
  event: ChatbotEvent,
  now: Instant,
  options: { kinds?: NodeKinds; budget?: Budget } = {},
): { context: Context; effects: Effect[]; trace: TraceTurn } {
  const looks = new Looks(before, waitingIn(version, before));
  const { context, effects } = advance(version, before, event, now, {
    ...options,
    observe: (turn) => looks.take(turn),
  });
  looks.end();
  const nodes = looks.steps.map(({ from, ...step }, at): NodeStep => {
    const done = effects.slice(from, looks.steps[at + 1]?.from);
    return { ...step, effects: done.map(withoutCredentials) };
  });
  const [first, ...rest] = nodes;
  // The run itself is worth a step only when it did something.
  const isIdle = first?.id === null && first.effects.length === 0 && Object.keys(first.changed).length === 0;
  const { kind, ...input } = event;
  return {
    context,
    effects,
    trace: { event: kind, input: input as JsonObject, at: now, nodes: isIdle ? rest : nodes },
  };
}

type NodeName = Pick<NodeStep, "id" | "type" | "subflow">;
/** A node's part of a turn; `from`: how many effects there were before it. */
type Part = Omit<NodeStep, "effects"> & { from: number };

/** What is seen of a turn as it goes from node to node. Costs what the nodes set, not what all variables hold. */
class Looks {
  readonly steps: Part[] = [];
  readonly #before: Context;
  readonly #waiting: NodeName;
  /** Variables as they were at the last look, where they were touched. */
  readonly #known = new Map<string, string>();
  #turn: Turn | null = null;
  #touched = 0;
  /** What the node had noted when it was entered. */
  #noted = "";

  constructor(before: Context, waiting: NodeName) {
    this.#before = before;
    this.#waiting = waiting;
  }

  /** The turn begins, or enters a node. */
  take(turn: Turn): void {
    this.end();
    this.#turn = turn;
    const node = this.steps.length === 0 ? this.#waiting : enteredIn(turn);
    this.#noted = JSON.stringify(outputOf(node, turn.context));
    this.steps.push({ ...node, changed: {}, output: null, from: turn.effects.length });
  }

  /** The node last entered is left. */
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

/** The node that had waited; before the start, the run itself. */
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

/** What a node noted of itself last. */
function outputOf({ id, subflow }: NodeName, { nodeOutputs }: Context): NodeOutput | null {
  return (own(nodeOutputs as JsonObject, subflow === undefined ? `${id}` : `${subflow}/${id}`) ??
    null) as NodeOutput | null;
}
