import { numberField, textField } from "../../base/json/fields.ts";
import type { Json } from "../../base/json/json.ts";
import type { Step } from "../engine/step.ts";
import type { Turn } from "../engine/turn.ts";
import type { WaitTime } from "../engine/wait_time.ts";
import type { GraphNode } from "../graph/graph.ts";

/**
 * Waits until someone calls the run's own address, `{{callback_url}}`. A call that came earlier counts.
 *
 * - `variable`: receives what was sent, besides `callback_N.payload`.
 * - `timeoutSeconds`: a day by default.
 *
 * Exits: `received`, `timeout`.
 */
export function enterWaitForCallback(turn: Turn, node: GraphNode): Step {
  const early = turn.context.callbacks.shift();
  if (early !== undefined) return receiveCallback(turn, node, early);
  return {
    kind: "wait",
    waiting: { kind: "callback", nodeId: node.id, timer: turn.timerFor(callbackTime(node)) },
  };
}

/** How long a callback is waited for. */
export function callbackTime({ data }: GraphNode): WaitTime {
  return { kind: "callback_timeout", seconds: numberField(data, "timeoutSeconds") || 86_400 };
}

export function receiveCallback(turn: Turn, node: GraphNode, payload: Json): Step {
  turn.assignResult(node, textField(node.data, "variable"), "payload", payload);
  turn.record(node, { exit: "received" });
  return { kind: "exit", exits: [{ handle: "received" }, "plain", "any"] };
}
