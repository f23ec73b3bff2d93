import type { Context, NodeVisit } from "../chatbot/engine/context.ts";

/**
 * A count for statistics. `passed`: a node was entered and left in one turn. `entered`, `left`: the same in different turns.
 * `dropped`: the run ended at the node without an end of the graph. `ended`: the run ended; `node` is then its status.
 */
export type ActivityStep = {
  kind: "passed" | "entered" | "left" | "dropped" | "ended";
  node: string;
  /** The exit that was taken; for `ended`, the outcome. */
  exit: string;
  /** The class of the duration: 0 is under a millisecond, n is under 2^n milliseconds. */
  bucket: number;
};

/** The counts of one turn of a run. Nodes of subflows are not counted. */
export function activityOf(before: Context, after: Context): ActivityStep[] {
  const known = before.nodeHistory.length;
  const visits = after.nodeHistory.slice(Math.max(known - 1, 0));
  const isOver = after.status !== "waiting" && after.status !== "running";
  const wasOver = before.status !== "waiting" && before.status !== "running";
  if (wasOver) return [];
  const steps = visits.flatMap((visit, at): ActivityStep[] => {
    if (visit.subflow !== undefined) return [];
    const isNew = at > 0 || known === 0;
    const next = visits[at + 1];
    const step = (kind: ActivityStep["kind"], exit = "", until: NodeVisit | undefined = next) => ({
      kind,
      node: visit.nodeId,
      exit,
      bucket: until ? bucketOf(visit.at, until.at) : 0,
    });
    if (next) return [step(isNew ? "passed" : "left", exitOf(after, visit))];
    if (!isOver) return isNew ? [step("entered")] : [];
    if (after.status === "completed") return [step(isNew ? "passed" : "left", exitOf(after, visit))];
    return isNew ? [step("entered"), step("dropped")] : [step("dropped")];
  });
  if (!isOver) return steps;
  const last = after.nodeHistory.at(-1)?.at ?? after.startedAt;
  const ended = { node: after.status, exit: after.outcome ?? "", bucket: bucketOf(after.startedAt, last) };
  return [...steps, { kind: "ended", ...ended }];
}

function exitOf({ nodeOutputs }: Context, { nodeId }: NodeVisit): string {
  return nodeOutputs[nodeId]?.exit ?? "";
}

function bucketOf(from: string, until: string): number {
  const ms = Date.parse(until) - Date.parse(from);
  return ms < 1 ? 0 : Math.min(Math.floor(Math.log2(ms)) + 1, 45);
}
