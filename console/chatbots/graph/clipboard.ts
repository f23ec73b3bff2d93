import {
  type Draft,
  dataOf,
  type GraphEdge,
  type GraphNode,
  isObject,
  type Note,
  notesOf,
  type Point,
  positionOf,
  typeOf,
} from "./draft.ts";
import { freeId, putNote } from "./edits.ts";
import type { Kinds } from "./kind.ts";
import { targetsInFields } from "./order.ts";

/** What is copied: nodes, the edges between them, and notes. As text, so that it goes to other tabs, chatbots and files. */
export type Clip = { nodes: readonly GraphNode[]; edges: readonly GraphEdge[]; notes: readonly Note[] };

const FORMAT = "parley/nodes";

export function clipOf(draft: Draft, ids: ReadonlySet<string>): Clip {
  return {
    nodes: draft.nodes.filter(({ id }) => ids.has(id)),
    edges: draft.edges.filter(({ source, target }) => ids.has(source) && ids.has(target)),
    notes: notesOf(draft).filter(({ id }) => ids.has(id)),
  };
}

export function writeClip(clip: Clip): string {
  return JSON.stringify({ format: FORMAT, ...clip }, null, 2);
}

/** Null when the text is something else. */
export function readClip(text: string): Clip | null {
  if (!text.trimStart().startsWith("{")) return null;
  try {
    const value: unknown = JSON.parse(text);
    if (!isObject(value) || value.format !== FORMAT) return null;
    const { nodes, edges, notes } = value as unknown as Clip;
    const isRead =
      [nodes, edges, notes].every(Array.isArray) && nodes.every(({ id }) => typeof id === "string");
    return isRead ? { nodes, edges, notes } : null;
  } catch {
    return null;
  }
}

/** Adds what was copied under free ids, moved by `offset`. Only one node may be a start, so others of its kind stay behind. */
export function paste(
  draft: Draft,
  clip: Clip,
  offset: Point,
  kinds: Kinds,
): { draft: Draft; ids: string[] } {
  const isStart = (node: GraphNode) => kinds.get(typeOf(node))?.isStart === true;
  const hasStart = draft.nodes.some(isStart);
  const names = new Map<string, string>();
  let next = draft;
  for (const node of clip.nodes) {
    if (hasStart && isStart(node)) continue;
    const id = freeId(next, typeOf(node) || "node");
    names.set(node.id, id);
    next = { ...next, nodes: [...next.nodes, { ...node, id, position: moved(node, offset) }] };
  }
  const pasted = new Set(names.values());
  const nodes = next.nodes.map((node) => (pasted.has(node.id) ? renameTargets(node, names, kinds) : node));
  const edges = clip.edges.flatMap((edge) => {
    const [source, target] = [names.get(edge.source), names.get(edge.target)];
    if (source === undefined || target === undefined) return [];
    const id = [source, target, edge.sourceHandle].filter(Boolean).join("-");
    return [{ ...edge, id, source, target }];
  });
  next = { ...next, nodes, edges: [...next.edges, ...edges] };
  const ids = [...pasted];
  for (const note of clip.notes) {
    const id = freeId(next, "note");
    next = putNote(next, { ...note, id, position: moved(note, offset) });
    ids.push(id);
  }
  return ids.length === 0 ? { draft, ids } : { draft: next, ids };
}

function moved(item: { readonly position?: Point }, { x, y }: Point): Point {
  const position = positionOf(item);
  return { x: position.x + x, y: position.y + y };
}

/** A jump to a node that was copied, too, jumps to the copy. */
function renameTargets(node: GraphNode, names: ReadonlyMap<string, string>, kinds: Kinds): GraphNode {
  const targets = targetsInFields(node, kinds).filter((id) => names.has(id));
  if (targets.length === 0) return node;
  const data = Object.entries(dataOf(node)).map(([key, value]) => [
    key,
    typeof value === "string" && targets.includes(value) ? names.get(value)! : value,
  ]);
  return { ...node, data: Object.fromEntries(data) };
}
