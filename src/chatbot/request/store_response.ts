import type { HttpResult } from "../engine/event.ts";
import type { Step } from "../engine/step.ts";
import type { Turn } from "../engine/turn.ts";
import type { GraphNode } from "../graph/graph.ts";
import { errorMessage, isSuccess, type Selection, selectFrom } from "./response.ts";

/** Stores the selected part of a response, or why the request failed, and leaves by `success` or `error`. */
export function storeResponse(
  turn: Turn,
  node: GraphNode,
  result: HttpResult,
  selection: Selection,
  names: { output: string; error: string },
): Step {
  const statusCode = result.kind === "response" ? result.status : 0;
  const measured = { statusCode, durationMs: result.durationMs };
  turn.assignResult(node, "", "status", statusCode);

  if (isSuccess(result)) {
    turn.assignResult(node, names.output, "data", selectFrom(result.body, selection));
    turn.record(node, { ...measured, exit: "success" });
    // `any` does not include `error`: a success never leaves by it, even where it is the only edge.
    return { kind: "exit", exits: [{ handle: "success" }, "plain", "any"] };
  }
  const error = errorMessage(result);
  turn.assignResult(node, names.error, "error", error);
  turn.record(node, { ...measured, success: false, exit: "error", error });
  const otherwise = { status: "completed", reason: "api_error" } as const;
  return { kind: "exit", exits: [{ handle: "error" }, "plain"], otherwise };
}
