import { numberField, textField } from "../../base/json/fields.ts";
import type { Step } from "../engine/step.ts";
import type { Turn } from "../engine/turn.ts";
import type { WaitTime } from "../engine/wait_time.ts";
import type { GraphNode } from "../graph/graph.ts";

/**
 * Gives the conversation to a person. With an edge to go on by, the run waits, silent, until it is given back;
 * without one it ends there.
 *
 * - `userId` or `team`: to whom; neither leaves it to the tenant's rules. `note`: for them; interpolated.
 * - `content`: said to the contact first. `timeoutSeconds`: nobody gave it back by then.
 *
 * Exits: `returned`, `timeout`.
 */
export function enterHandoff(turn: Turn, node: GraphNode): Step {
  const { data } = node;
  const content = textField(data, "content");
  if (content !== "") turn.say(node, turn.fill(node, content));
  turn.effects.push({
    kind: "handoff",
    nodeId: node.id,
    userId: textField(data, "userId") || null,
    team: textField(data, "team") || null,
    note: turn.fill(node, textField(data, "note")) || null,
  });
  turn.record(node, {});
  if (!turn.graph?.edges.has(node.id)) return { kind: "finish", status: "completed", reason: "handed_off" };
  return {
    kind: "wait",
    waiting: { kind: "handoff", nodeId: node.id, timer: turn.timerFor(handoffTime(node)) },
  };
}

/** How long a person is waited for. */
export function handoffTime({ data }: GraphNode): WaitTime {
  const seconds = numberField(data, "timeoutSeconds") ?? 0;
  return { kind: "handoff_timeout", seconds: seconds > 0 ? seconds : null };
}

/** The person is done. */
export const RETURNED: Step = { kind: "exit", exits: [{ handle: "returned" }, "plain", "any"] };
