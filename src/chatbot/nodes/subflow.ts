import { mapFieldTexts } from "../../base/json/map_texts.ts";
import { fail } from "../engine/step.ts";
import { defineFields, outputs, pairs, reference } from "../fields/define_fields.ts";
import { fillTyped } from "../request/json_template.ts";
import { variablePath } from "../text/template.ts";
import { resolve } from "../text/variables.ts";
import { defineNode } from "./define_node.ts";

const DEEPEST = 10;

const FIELDS = defineFields({
  chatbotId: reference(
    "chatbot",
    "The chatbot whose graph is called. The graph is copied into the version when that is published.",
    {
      required: "missing_subflow",
    },
  ),
  inputs: pairs(
    "Variables that are set before the called graph starts, as name → value. The called graph can read the caller's variables and changes only its own.",
  ),
  outputs: outputs(
    "Variables that are set when the called graph has ended, as name → path in the called graph.",
  ),
});

export const subflow = defineNode({
  kind: "subflow",
  about: `Runs another chatbot's graph and returns by the exit that its \`end\` node names, otherwise by the default exit. Subflows may be nested at most ${DEEPEST} levels deep.`,
  fields: FIELDS,
  exits: [],
  ownExits: () => null,
  ownExitsAbout: "the outcomes of the called graph",
  decides: true,
  leaves: "after_reaction",
  enter(turn, node) {
    const chatbotId = FIELDS.chatbotId.of(node.data);
    if (!Object.hasOwn(turn.version.subflows, chatbotId)) return fail(`missing_subflow: ${chatbotId}`);
    const { context } = turn;
    if (context.frames.length >= DEEPEST) return fail(`subflow_too_deep: ${chatbotId}`);
    const inputs = mapFieldTexts(FIELDS.inputs.of(node.data), (text) => fillTyped(turn, node, text));
    context.frames.push({ chatbotId, callerNodeId: node.id, callerVariables: context.variables });
    turn.exchange(structuredClone(context.variables));
    for (const [name, value] of Object.entries(inputs)) turn.assign(name, value);
    const start = turn.graph?.start;
    return start ? { kind: "goto", nodeId: start.id } : fail(`no_start_node: ${chatbotId}`);
  },
  returned(turn, node, outcome, results) {
    for (const [name, path] of Object.entries(FIELDS.outputs.of(node.data))) {
      const value = typeof path === "string" ? resolve(results, variablePath(path)) : undefined;
      if (value !== undefined) turn.assign(name, value);
    }
    turn.record(node, { exit: outcome });
    return { kind: "exit", exits: [{ handle: outcome ?? "" }, "plain", "any"] };
  },
});
