import { advance } from "../advance.ts";
import type { Context, Instant, NodeOutput } from "../context.ts";
import type { Effect } from "../effect.ts";
import type { ChatbotEvent } from "../event.ts";
import { nodeType } from "../graph.ts";
import type { Json, JsonObject } from "../json.ts";
import type { Turn } from "../turn.ts";
import type { ChatbotVersion } from "../version.ts";
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
export type NodeStep = {
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

type Snapshot = Pick<NodeStep, "id" | "type" | "subflow"> & {
  effects: number;
  variables: JsonObject;
  outputs: Context["nodeOutputs"];
};

/** A turn of the engine that runs in earnest, looked at node by node. */
export function traced(
  version: ChatbotVersion,
  before: Context,
  event: ChatbotEvent,
  now: Instant,
): { context: Context; effects: Effect[]; trace: TraceTurn } {
  const known = before.waiting?.nodeId ?? null;
  const waited = known === null ? undefined : before.nodeHistory.findLast(({ nodeId }) => nodeId === known);
  const snapshots: Snapshot[] = [
    {
      id: known,
      type: known === null ? "" : typeOf(version, known, waited?.subflow),
      ...(waited?.subflow !== undefined && { subflow: waited.subflow }),
      effects: 0,
      variables: before.variables,
      outputs: before.nodeOutputs,
    },
  ];
  const { context, effects } = advance(version, before, event, now, (turn) =>
    snapshots.push(snapshotOf(turn)),
  );
  const nodes = snapshots.map((snapshot, at): NodeStep => {
    const next = snapshots[at + 1];
    const { effects: from, variables, outputs, ...node } = snapshot;
    return {
      ...node,
      effects: effects.slice(from, next?.effects).map(withoutCredentials),
      changed: changes(variables, next?.variables ?? context.variables),
      output: noted(node, outputs, next?.outputs ?? context.nodeOutputs),
    };
  });
  const { kind, ...input } = event;
  const [first, ...rest] = nodes;
  // The run itself is worth a step only when it did something.
  const isIdle = first?.id === null && first.effects.length === 0 && Object.keys(first.changed).length === 0;
  return {
    context,
    effects,
    trace: { event: kind, input: input as JsonObject, at: now, nodes: isIdle ? rest : nodes },
  };
}

function snapshotOf({ context, effects, graph }: Turn): Snapshot {
  const visit = context.nodeHistory.at(-1)!;
  const node = graph?.nodes.get(visit.nodeId);
  return {
    id: visit.nodeId,
    type: node ? nodeType(node) : "",
    ...(visit.subflow !== undefined && { subflow: visit.subflow }),
    effects: effects.length,
    // Only the top level is ever changed in place.
    variables: { ...context.variables },
    outputs: context.nodeOutputs,
  };
}

/** What a node noted of itself between two looks. */
function noted(
  { id, subflow }: Pick<NodeStep, "id" | "subflow">,
  before: Context["nodeOutputs"],
  after: Context["nodeOutputs"],
): NodeOutput | null {
  const key = subflow === undefined ? `${id}` : `${subflow}/${id}`;
  if (!Object.hasOwn(after, key)) return null;
  const output = after[key] ?? null;
  const isOld = Object.hasOwn(before, key) && JSON.stringify(before[key]) === JSON.stringify(output);
  return isOld ? null : output;
}

function typeOf(version: ChatbotVersion, nodeId: string, subflow: string | undefined): string {
  const graph = subflow === undefined ? version.graph : version.subflows[subflow];
  const node = graph?.nodes.find(({ id }) => id === nodeId);
  return node ? nodeType(node) : "";
}

function changes(before: JsonObject, after: JsonObject): JsonObject {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  const changed = [...names].filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
  return Object.fromEntries(changed.map((name): [string, Json] => [name, after[name] ?? null]));
}
