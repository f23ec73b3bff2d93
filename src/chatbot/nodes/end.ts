import { defineFields, template } from "../fields/define_fields.ts";
import { defineNode } from "./define_node.ts";

const FIELDS = defineFields({
  content: template("The last message of the run."),
  outcome: template(
    "The outcome of the run for statistics (`sold`), and the exit of a subflow. Defaults to the run's status.",
  ),
});

export const end = defineNode({
  kind: "end",
  about: "Ends the run. In a subflow, returns to the calling graph.",
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
