import type { Json, JsonObject } from "../../base/json/json.ts";
import type { Step } from "../engine/step.ts";
import type { Turn } from "../engine/turn.ts";
import type { WaitTime } from "../engine/wait_time.ts";
import { defineFields, number, output } from "../fields/define_fields.ts";
import type { GraphNode } from "../graph/graph.ts";
import { defineNode } from "./define_node.ts";

const FIELDS = defineFields({
  variable: output("The variable that receives the payload."),
  timeoutSeconds: number("How long to wait before the exit `timeout`, in seconds.", {
    default: 86_400,
  }),
});

export const waitForCallback = defineNode({
  kind: "wait_for_callback",
  about:
    "Waits until another program sends a `POST` request to the run's own address, `{{callback_url}}`, with JSON or no body. A callback that arrived earlier counts.",
  fields: FIELDS,
  numberedAs: "callback",
  results: { payload: "the payload of the callback" },
  exits: [
    { handle: "received", label: "the callback arrived" },
    { handle: "timeout", label: "the callback did not arrive in time", leaves: "after_wait" },
  ],
  waits: waitTime,
  enter(turn, node) {
    const early = turn.context.callbacks.shift();
    if (early !== undefined) return receiveCallback(turn, node, early);
    const timer = turn.timerFor(waitTime(node.data));
    return { kind: "wait", waiting: { kind: "callback", nodeId: node.id, timer } };
  },
  receive: (turn, node, event) =>
    event.kind === "callback" ? receiveCallback(turn, node, event.payload) : null,
});

function waitTime(data: JsonObject): WaitTime {
  return { kind: "callback_timeout", seconds: FIELDS.timeoutSeconds.of(data) || 86_400 };
}

function receiveCallback(turn: Turn, node: GraphNode, payload: Json): Step {
  turn.assignResult(node, FIELDS.variable.of(node.data), "payload", payload);
  turn.record(node, { exit: "received" });
  return { kind: "exit", exits: [{ handle: "received" }, "plain", "any"] };
}
