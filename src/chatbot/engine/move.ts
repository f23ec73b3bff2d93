import { nodeType } from "../graph/graph.ts";
import { indexGraph } from "../graph/graph_index.ts";
import type { ChatbotVersion } from "../graph/version.ts";
import type { Context, Instant } from "./context.ts";
import { after } from "./instant.ts";
import { WAIT_TIMES, type WaitTime } from "./wait_time.ts";

/**
 * May a run of one version go on in another? Only where it is: on a node of the same id and type, outside any
 * subflow.
 */
export function canMove(context: Context, from: ChatbotVersion, to: ChatbotVersion): boolean {
  if (context.frames.length > 0 || context.currentNodeId === null) return context.currentNodeId === null;
  const here = indexGraph(from.graph).nodes.get(context.currentNodeId);
  const there = indexGraph(to.graph).nodes.get(context.currentNodeId);
  return here !== undefined && there !== undefined && nodeType(here) === nodeType(there);
}

/**
 * A run in the version that it is moved to, which decides how long it waits, from when it began to. What else belongs to
 * a wait (options, attempts, texts) is read from the version when it is needed.
 */
export function moved(context: Context, from: ChatbotVersion, to: ChatbotVersion, now: Instant): Context {
  const { waiting } = context;
  if (waiting === null || waiting.kind === "http" || waiting.kind === "ai") return context;
  const [old, fresh] = [timeIn(from, waiting.kind, waiting.nodeId), timeIn(to, waiting.kind, waiting.nodeId)];
  if (fresh === null || (old?.kind === fresh.kind && old.seconds === fresh.seconds)) return context;
  const began =
    waiting.timer !== null && old !== null && old.seconds !== null
      ? after(waiting.timer.at, -old.seconds)
      : now;
  const due = fresh.seconds === null ? null : after(began, fresh.seconds);
  const timer = due && { kind: fresh.kind, at: due > now ? due : now };
  return { ...context, waiting: { ...waiting, timer } as typeof waiting };
}

function timeIn(version: ChatbotVersion, kind: keyof typeof WAIT_TIMES, nodeId: string): WaitTime | null {
  const node = indexGraph(version.graph).nodes.get(nodeId);
  return node === undefined ? null : WAIT_TIMES[kind](node, version.settings);
}
