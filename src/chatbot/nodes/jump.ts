import { fail, LEAVE } from "../engine/step.ts";
import { defineFields, node as nodeField } from "../fields/define_fields.ts";
import { defineNode } from "./define_node.ts";

const FIELDS = defineFields({
  targetNodeId: nodeField("The id of a node of the same graph.", { required: "missing_target" }),
});

export const jump = defineNode({
  kind: "jump",
  about: "Continues at another node, without an edge.",
  fields: FIELDS,
  exits: [],
  enter(turn, node) {
    const target = FIELDS.targetNodeId.of(node.data);
    if (target === "") return LEAVE;
    return turn.graph?.nodes.has(target) ? { kind: "goto", nodeId: target } : fail(`missing_node: ${target}`);
  },
});
