import type { Exit } from "../graph/edges.ts";
import type { Waiting } from "./context.ts";

/** How a run can end by itself or be ended. */
export type EndStatus = "completed" | "expired" | "stopped" | "failed";

/** What a node decides: where the run goes from here. */
export type Step =
  /** Leave by the first exit that has an edge; where none has one, the run ends, as `otherwise` says. */
  | { kind: "exit"; exits: Exit[]; otherwise?: { status: EndStatus; reason: string } }
  | { kind: "goto"; nodeId: string }
  | { kind: "wait"; waiting: Waiting }
  /** The graph ends here: the run completes, or a subflow returns by the exit named `outcome`. */
  | { kind: "end"; outcome: string | null }
  /** The run ends, whatever is open; `isRestart`: a new run follows. */
  | { kind: "finish"; status: EndStatus; reason: string; isRestart?: boolean };

/** Leave by a named handle, else by the plain way on. */
export function leaveBy(handle: string): Step {
  return { kind: "exit", exits: [{ handle }, "plain"] };
}

/** Leave by the only way there is. */
export const LEAVE: Step = { kind: "exit", exits: ["any"] };

/** Where a skipped node leads: the way for anything else, else any way. */
export const SKIP: Step = { kind: "exit", exits: [{ handle: "default" }, "plain", "any"] };

export function fail(reason: string): Step {
  return { kind: "finish", status: "failed", reason };
}
