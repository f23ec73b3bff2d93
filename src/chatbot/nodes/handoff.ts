import type { JsonObject } from "../../base/json/json.ts";
import type { WaitTime } from "../engine/wait_time.ts";
import { defineFields, number, reference, template, text } from "../fields/define_fields.ts";
import { defineNode } from "./define_node.ts";

const FIELDS = defineFields({
  userId: reference(
    "member",
    "To which member. With neither this nor a team, the conversation is unassigned.",
  ),
  team: text("To which team."),
  content: template("Sent to the contact first."),
  note: template("For the person who takes the conversation."),
  timeoutSeconds: number("How long to wait before the exit `timeout`; without it, as long as it takes."),
});

export const handoff = defineNode({
  kind: "handoff",
  about:
    "Gives the conversation to a person or a team. With an edge to leave by, the run waits in silence until it is given back; without one it ends.",
  fields: FIELDS,
  exits: [
    { handle: "returned", label: "the conversation was given back" },
    { handle: "timeout", label: "it was not given back in time", leaves: "after_wait" },
  ],
  leaves: "after_reaction",
  waits: waitTime,
  needsWindow: (data) => FIELDS.content.of(data) !== "",
  enter(turn, node) {
    const { data } = node;
    const content = FIELDS.content.of(data);
    if (content !== "") turn.say(node, turn.fill(node, content));
    turn.effects.push({
      kind: "handoff",
      nodeId: node.id,
      userId: FIELDS.userId.of(data) || null,
      team: FIELDS.team.of(data) || null,
      note: turn.fill(node, FIELDS.note.of(data)) || null,
    });
    turn.record(node, {});
    if (!turn.graph?.edges.has(node.id)) return { kind: "finish", status: "completed", reason: "handed_off" };
    const timer = turn.timerFor(waitTime(data));
    return { kind: "wait", waiting: { kind: "handoff", nodeId: node.id, timer } };
  },
  receive: (_turn, _node, event) =>
    event.kind === "handoff_ended" ? { kind: "exit", exits: [{ handle: "returned" }, "plain", "any"] } : null,
});

function waitTime(data: JsonObject): WaitTime {
  const seconds = FIELDS.timeoutSeconds.of(data) ?? 0;
  return { kind: "handoff_timeout", seconds: seconds > 0 ? seconds : null };
}
