import { type GraphNode, nodeType } from "../graph/graph.ts";
import type { ChatbotVersion } from "../graph/version.ts";
import type { NodeKinds } from "../nodes/node_kinds.ts";
import { NODE_KINDS } from "../nodes/registry.ts";
import type { Context, Instant } from "./context.ts";
import { after } from "./instant.ts";
import type { WaitTime } from "./wait_time.ts";

/**
 * Whether a run of one version can continue in another: its current node must exist there with the same type, and the run
 * must not be in a subflow.
 */
export function canMove(context: Context, from: ChatbotVersion, to: ChatbotVersion): boolean {
  if (context.frames.length > 0 || context.currentNodeId === null) return context.currentNodeId === null;
  const here = nodeIn(from, context.currentNodeId);
  const there = nodeIn(to, context.currentNodeId);
  return here !== undefined && there !== undefined && nodeType(here) === nodeType(there);
}

/**
 * A run after the move to another version. The new version determines the timeout, counted from the start of the wait. Other
 * properties of a wait (options, attempts, texts) are read from the version when they are needed.
 */
export function moved(
  context: Context,
  from: ChatbotVersion,
  to: ChatbotVersion,
  now: Instant,
  kinds: NodeKinds = NODE_KINDS,
): Context {
  const { waiting } = context;
  if (waiting === null || waiting.kind === "http" || waiting.kind === "ai") return context;
  const [old, fresh] = [timeIn(from, waiting.nodeId, kinds), timeIn(to, waiting.nodeId, kinds)];
  if (fresh === null || (old?.kind === fresh.kind && old.seconds === fresh.seconds)) return context;
  const began =
    waiting.timer !== null && old !== null && old.seconds !== null
      ? after(waiting.timer.at, -old.seconds)
      : now;
  const due = fresh.seconds === null ? null : after(began, fresh.seconds);
  const timer = due && { kind: fresh.kind, at: due > now ? due : now };
  return { ...context, waiting: { ...waiting, timer } as typeof waiting };
}

function timeIn(version: ChatbotVersion, nodeId: string, kinds: NodeKinds): WaitTime | null {
  const node = nodeIn(version, nodeId);
  return (node && kinds.of(node)?.waits?.(node.data, version.settings)) ?? null;
}

/** The node with an id. Where several have the same id, the last one counts, as in {@link indexGraph}. */
function nodeIn({ graph }: ChatbotVersion, nodeId: string): GraphNode | undefined {
  return graph.nodes.findLast(({ id }) => id === nodeId);
}
