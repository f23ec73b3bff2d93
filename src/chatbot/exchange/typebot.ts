import { listField, textField } from "../../base/json/fields.ts";
import { isObject, type JsonObject } from "../../base/json/json.ts";
import type { Graph, GraphNode } from "../graph/graph.ts";
import { type Problem, problem, warning } from "../validation/problem.ts";
import type { ImportResult } from "./import_result.ts";
import { IMPORT_LIMITS } from "./limits.ts";
import { mapBlock } from "./typebot_block.ts";
import { itemsOf, type MappedBlock } from "./typebot_mapped.ts";
import { whatsAppSettings } from "./typebot_trigger.ts";
import { readVariables } from "./typebot_variables.ts";

/**
 * The Typebot in a file, if it contains one: an export, or a response of Typebot's API, which wraps it. It is recognised by
 * its groups of blocks.
 */
export function typebotIn(file: JsonObject): JsonObject | undefined {
  return [file, file.typebot, file.publicTypebot, file.publishedTypebot]
    .filter((value) => value !== undefined && isObject(value))
    .find((candidate) => Array.isArray(candidate.groups) && !Array.isArray(candidate.nodes));
}

/**
 * Imports a Typebot of version 6: bubbles, inputs, logic, requests and language models. A block without an equivalent becomes
 * a node of the block's type, which ends a run that reaches it. Everything that cannot be imported is reported, by block and
 * group.
 */
// biome-ignore lint/complexity/noExcessiveLinesPerFunction: the steps of one import, in their order.
export function importTypebot(file: JsonObject): ImportResult {
  const events = listField(file, "events").filter(isObject);
  const start = events.find((event) => event.type === "start");
  if (start === undefined) return refused("unknown_version", "The Typebot must have version 6.");
  const groups = listField(file, "groups").filter(isObject);
  const tooMuch = sizeProblem(file, groups.flatMap(blocksOf));
  if (tooMuch) return { kind: "refused", problems: [tooMuch] };

  const startId = textField(start, "id") || "start";
  const firstBlocks = new Map(groups.flatMap((group) => firstBlock(group)));
  const targets = edgeTargets(file, firstBlocks);
  const { triggers, settings, problems: ofSettings } = whatsAppSettings(file);
  const variables = readVariables(file);
  const graph = new GraphBuilder();
  graph.add({
    id: startId,
    type: "start",
    position: coordinates(start, 0),
    data: { label: "Start", ...(triggers.length > 0 && { triggers }) },
  });
  const first = targets.get(textField(start, "outgoingEdgeId"));
  if (variables.initial.length === 0) graph.connect({ from: startId, handle: "" }, first);
  else {
    const data = { label: "Start", assignments: variables.initial };
    graph.add({ id: INITIAL, type: "set_variable", position: coordinates(start, 1), data });
    graph.connect({ from: startId, handle: "" }, INITIAL);
    graph.connect({ from: INITIAL, handle: "" }, first);
  }

  const place = { variables, firstBlocks, startId };
  /** Blocks that are left out, with the id of the node after them. */
  const leftOut = new Map<string, string | undefined>();
  const warnings = groups.flatMap((group) => {
    const blocks = blocksOf(group);
    const title = textField(group, "title");
    return blocks.flatMap((block, index) => {
      const mapped = mapBlock(block, place);
      mapped.nodes.forEach((node, rank) => {
        graph.add({
          ...node,
          position: coordinates(group, index + rank / 2),
          data: { label: title, ...node.data },
        });
      });
      const next = blocks[index + 1];
      const onward = targets.get(textField(block, "outgoingEdgeId")) ?? (next && textField(next, "id"));
      connectBlock(graph, mapped, targets, onward);
      if (mapped.nodes.length === 0) leftOut.set(textField(block, "id"), onward);
      if (mapped.losses.length === 0) return [];
      const type = textField(block, "type") || "(none)";
      return warning(
        "unmapped_block",
        textField(block, "id"),
        `"${type}" in the group "${title}" (${textField(group, "id")}): ${mapped.losses.join(" ")}`,
      );
    });
  });
  const chatbot = {
    // A published Typebot also has its own id, but links refer to the id of the Typebot.
    id: textField(file, "typebotId") || textField(file, "id") || null,
    name: textField(file, "name").trim() || "Typebot",
    description: null,
    graph: mergePrompts(withoutLeftOut(graph, leftOut)),
    settings: { ...settings, language: "en" },
    subflows: [],
    flows: [],
    metadata: null,
  };
  const ofEvents = events
    .filter((event) => event.type !== "start")
    .map((event) =>
      warning(
        "unmapped_event",
        textField(event, "id"),
        `The event "${textField(event, "type")}" never occurs.`,
      ),
    );
  return { kind: "imported", chatbot, warnings: [...ofSettings, ...ofEvents, ...warnings] };
}

/** Limits the size of the input, because the import takes quadratic time in places. */
function sizeProblem(file: JsonObject, blocks: JsonObject[]): Problem | null {
  const options = blocks.reduce((sum, block) => sum + itemsOf(block).length, 0);
  const counts = [
    ["too_many_nodes", "blocks", blocks.length, IMPORT_LIMITS.nodes],
    ["too_many_edges", "options", options, IMPORT_LIMITS.edges],
    ["too_large", "variables", listField(file, "variables").length, IMPORT_LIMITS.edges],
  ] as const;
  const excess = counts.find(([, , count, limit]) => count > limit);
  if (excess === undefined) return null;
  const [code, what, count, limit] = excess;
  return problem(code, null, `There must not be more than ${limit} ${what}; there are ${count}.`);
}

/** The id of the node that sets the variables with initial values. */
const INITIAL = "initial-variables";

function connectBlock(
  graph: GraphBuilder,
  mapped: MappedBlock,
  targets: ReadonlyMap<string, string>,
  onward: string | undefined,
): void {
  for (const link of mapped.links) graph.connect(link, link.to);
  for (const exit of mapped.exits) graph.connect(exit, targets.get(exit.edgeId));
  // Only the first edge of a handle is used, so these edges are for exits without their own.
  for (const exit of mapped.onward) graph.connect(exit, onward);
}

/** Redirects edges that lead to blocks that were left out to the next node. */
function withoutLeftOut({ nodes, edges }: Graph, leftOut: ReadonlyMap<string, string | undefined>): Graph {
  const after = (id: string): string | undefined => {
    const passed = new Set<string>();
    let here: string | undefined = id;
    while (here !== undefined && leftOut.has(here) && !passed.has(here)) {
      passed.add(here);
      here = leftOut.get(here);
    }
    return here === undefined || leftOut.has(here) ? undefined : here;
  };
  for (const { type, data } of nodes)
    if (type === "jump") data.targetNodeId = after(textField(data, "targetNodeId")) ?? "";
  return {
    nodes,
    edges: edges.flatMap((edge) => {
      const target = after(edge.target);
      return target === undefined ? [] : { ...edge, target };
    }),
  };
}

/** Collects nodes and edges; edges without a target are ignored. */
class GraphBuilder implements Graph {
  readonly nodes: GraphNode[] = [];
  readonly edges: Graph["edges"] = [];

  add(node: GraphNode): void {
    this.nodes.push(node);
  }

  connect({ from, handle }: { from: string; handle: string }, target: string | undefined): void {
    const isTaken = this.edges.some((edge) => edge.source === from && (edge.sourceHandle ?? "") === handle);
    if (target === undefined || isTaken) return;
    const id = handle === "" ? `${from}-${target}` : `${from}-${target}-${handle}`;
    this.edges.push({ id, source: from, target, ...(handle !== "" && { sourceHandle: handle }) });
  }
}

/** Merges the message before a question into the question: Typebot's inputs have no text. Otherwise the placeholder is used. */
function mergePrompts({ nodes, edges }: Graph): Graph {
  const merged = new Map<string, string>();
  for (const node of nodes) {
    if (node.type !== "question" || textField(node.data, "content") !== "") continue;
    const leading = edges.filter(({ target }) => target === node.id);
    const prompt = nodes.find(({ id }) => leading.length === 1 && id === leading[0]?.source);
    if (prompt?.type !== "message" || prompt.data.messageType !== undefined) continue;
    node.data.content = textField(prompt.data, "content");
    merged.set(prompt.id, node.id);
  }
  for (const { type, data } of nodes) {
    if (type === "question") {
      if (data.content === "") data.content = textField(data, "placeholder");
      delete data.placeholder;
    }
    const target = merged.get(textField(data, "targetNodeId"));
    if (type === "jump" && target !== undefined) data.targetNodeId = target;
  }
  return {
    nodes: nodes.filter(({ id }) => !merged.has(id)),
    edges: edges
      .filter(({ source }) => !merged.has(source))
      .map((edge) => ({ ...edge, target: merged.get(edge.target) ?? edge.target })),
  };
}

function blocksOf(group: JsonObject): JsonObject[] {
  return listField(group, "blocks").filter(isObject);
}

function firstBlock(group: JsonObject): [groupId: string, blockId: string][] {
  const [first] = blocksOf(group);
  return first ? [[textField(group, "id"), textField(first, "id")]] : [];
}

/** The target block of each edge. */
function edgeTargets(file: JsonObject, firstBlocks: ReadonlyMap<string, string>): Map<string, string> {
  const targets = new Map<string, string>();
  for (const edge of listField(file, "edges").filter(isObject)) {
    const to = isObject(edge.to) ? edge.to : {};
    const target = textField(to, "blockId") || firstBlocks.get(textField(to, "groupId"));
    if (target) targets.set(textField(edge, "id"), target);
  }
  return targets;
}

/** The position of a block: the blocks of a group are placed one below the other. */
function coordinates(place: JsonObject, index: number): GraphNode["position"] {
  const at = isObject(place.graphCoordinates) ? place.graphCoordinates : {};
  const [x, y] = [Number(at.x ?? 0), Number(at.y ?? 0)];
  return { x: Number.isFinite(x) ? x : 0, y: (Number.isFinite(y) ? y : 0) + index * 120 };
}

function refused(code: string, message: string): ImportResult {
  return { kind: "refused", problems: [problem(code, null, message)] };
}
