import { defineFields, template } from "../fields/define_fields.ts";
import { defineNode } from "./define_node.ts";

const FIELDS = defineFields({
  content: template("A last message."),
  outcome: template(
    "A word for statistics (`sold`), and the exit of a subflow. Without it, the outcome is the run's status.",
  ),
});

export const end = defineNode({
  kind: "end",
  about: "Ends the run. In a subflow: goes back to the caller.",
  fields: FIELDS,
  exits: [],
  needsWindow: (data) => FIELDS.content.of(data) !== "",
  enter(turn, node) {
    const content = FIELDS.content.of(node.data);
    if (content !== "") turn.say(node, turn.fill(node, content));
    const outcome = turn.fill(node, FIELDS.outcome.of(node.data));
    turn.record(node, { exit: outcome || null });
    return { kind: "end", outcome: outcome || null };
  },
});
