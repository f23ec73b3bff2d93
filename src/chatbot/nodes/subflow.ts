import { objectField, textField } from "../../base/json/fields.ts";
import type { JsonObject } from "../../base/json/json.ts";
import { mapFieldTexts } from "../../base/json/map_texts.ts";
import type { Frame } from "../engine/context.ts";
import { fail, type Step } from "../engine/step.ts";
import type { Turn } from "../engine/turn.ts";
import type { GraphNode } from "../graph/graph.ts";
import { fillTyped } from "../request/json_template.ts";
import { variablePath } from "../text/template.ts";
import { resolve } from "../text/variables.ts";

const DEEPEST = 10;

/**
 * Runs another chatbot's graph and comes back.
 *
 * - `chatbotId`: whose graph; it is frozen into the version when that is published.
 * - `inputs`: name → value, set there before its start. It sees the caller's variables, and changes only its own.
 * - `outputs`: name here → path there, set on return.
 *
 * Exits: the outcome of its `end` node; otherwise the plain way on.
 */
export function enterSubflow(turn: Turn, node: GraphNode): Step {
  const chatbotId = textField(node.data, "chatbotId");
  if (!Object.hasOwn(turn.version.subflows, chatbotId)) return fail(`missing_subflow: ${chatbotId}`);
  const { context } = turn;
  if (context.frames.length >= DEEPEST) return fail(`subflow_too_deep: ${chatbotId}`);
  const inputs = mapFieldTexts(objectField(node.data, "inputs"), (text) => fillTyped(turn, node, text));
  context.frames.push({ chatbotId, callerNodeId: node.id, callerVariables: context.variables });
  turn.exchange(structuredClone(context.variables));
  for (const [name, value] of Object.entries(inputs)) turn.assign(name, value ?? null);
  const start = turn.graph?.start;
  return start ? { kind: "goto", nodeId: start.id } : fail(`no_start_node: ${chatbotId}`);
}

/** The called graph has ended: its outputs are set for the caller, which leaves by the outcome. */
export function returnFromSubflow(turn: Turn, frame: Frame, outcome: string | null): Step {
  const { context } = turn;
  const results = context.variables;
  context.frames.pop();
  turn.exchange(frame.callerVariables);
  context.currentNodeId = frame.callerNodeId;
  const node = turn.graph?.nodes.get(frame.callerNodeId);
  if (node === undefined) return fail(`missing_node: ${frame.callerNodeId}`);
  assignOutputs(turn, objectField(node.data, "outputs"), results);
  turn.record(node, { exit: outcome });
  return { kind: "exit", exits: [{ handle: outcome ?? "" }, "plain", "any"] };
}

function assignOutputs(turn: Turn, outputs: JsonObject, results: JsonObject): void {
  for (const [name, path] of Object.entries(outputs)) {
    const value = typeof path === "string" ? resolve(results, variablePath(path)) : undefined;
    if (value !== undefined) turn.assign(name, value);
  }
}
