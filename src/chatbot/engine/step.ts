import type { Exit } from "../graph/edges.ts";
import type { Waiting } from "./context.ts";

/** The statuses of a run that has ended. */
export type EndStatus = "completed" | "expired" | "stopped" | "failed";

/** The next step of a run, as a node decides it. */
export type Step =
  /** Leave by the first exit that has an edge. If none has, the run ends with `otherwise`. */
  | { kind: "exit"; exits: Exit[]; otherwise?: { status: EndStatus; reason: string } }
  | { kind: "goto"; nodeId: string }
  | { kind: "wait"; waiting: Waiting }
  /** End the graph: the run completes, or a subflow returns by the exit named `outcome`. */
  | { kind: "end"; outcome: string | null }
  /** End the run, including open subflows; `isRestart`: a new run follows. */
  | { kind: "finish"; status: EndStatus; reason: string; isRestart?: boolean };

/** Leaves by a named exit, otherwise by the default exit. */
export function leaveBy(handle: string): Step {
  return { kind: "exit", exits: [{ handle }, "plain"] };
}

/** Leaves by any exit. */
export const LEAVE: Step = { kind: "exit", exits: ["any"] };

/** Leaves a skipped node: by its exit `default`, otherwise by any. */
export const SKIP: Step = { kind: "exit", exits: [{ handle: "default" }, "plain", "any"] };

export function fail(reason: string): Step {
  return { kind: "finish", status: "failed", reason };
}
