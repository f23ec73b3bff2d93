import type { JsonObject } from "../../base/json/json.ts";
import type { WaitTime } from "../engine/wait_time.ts";
import { defineFields, number, reference, template } from "../fields/define_fields.ts";
import { defineNode } from "./define_node.ts";

const FIELDS = defineFields({
  userId: reference(
    "member",
    "The member who receives the conversation. Without a member and a team, users are in charge, and one of them takes it.",
  ),
  team: reference("team", "The name of the team that receives the conversation, in any case, or its id."),
  content: template("A message that is sent to the contact before."),
  note: template("A note for the agent who takes over the conversation."),
  timeoutSeconds: number(
    "How long to wait before the exit `timeout`, in seconds; without a limit by default.",
  ),
});

export const handoff = defineNode({
  kind: "handoff",
  about:
    "Hands the conversation over to a member, a team, or users in general. The chatbot is silent until it is given back or closed. If the node has an edge, the run waits for that; otherwise it ends.",
  fields: FIELDS,
  exits: [
    { handle: "returned", label: "the conversation was given back" },
    { handle: "timeout", label: "the conversation was not given back in time", leaves: "after_wait" },
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
