import {
  type Draft,
  dataOf,
  type GraphEdge,
  type GraphNode,
  isSameExit,
  type Json,
  type JsonObject,
  type Note,
  notesOf,
  type Point,
} from "./draft.ts";
import { isEqual } from "./equal.ts";

/** The exit of a node that an edge leaves by; no handle: the default exit. */
export type ExitOf = { source: string; handle: string };

/** Adds a node; `after`: and an edge to it. */
export function addNode(draft: Draft, node: GraphNode, after?: ExitOf): Draft {
  const added = { ...draft, nodes: [...draft.nodes, node] };
  return after ? connect(added, after, node.id) : added;
}

/** Removes nodes with the edges that lead from and to them, and notes. */
export function remove(draft: Draft, ids: ReadonlySet<string>): Draft {
  const nodes = draft.nodes.filter(({ id }) => !ids.has(id));
  const edges = draft.edges.filter(({ source, target }) => !ids.has(source) && !ids.has(target));
  const notes = notesOf(draft).filter(({ id }) => !ids.has(id));
  const isWithoutNote = notes.length === notesOf(draft).length;
  if (nodes.length === draft.nodes.length && edges.length === draft.edges.length && isWithoutNote)
    return draft;
  return { ...(isWithoutNote ? draft : withNotes(draft, notes)), nodes, edges };
}

/** Moves nodes and notes to these positions. */
export function move(draft: Draft, positions: ReadonlyMap<string, Point>): Draft {
  const moved = <Item extends { readonly id: string; readonly position?: Point }>(item: Item): Item => {
    const position = positions.get(item.id);
    return position && !isEqual(position, item.position) ? { ...item, position } : item;
  };
  const nodes = mapChanged(draft.nodes, moved);
  const notes = mapChanged(notesOf(draft), moved);
  if (nodes === draft.nodes && notes === notesOf(draft)) return draft;
  return { ...(notes === notesOf(draft) ? draft : withNotes(draft, notes)), nodes };
}

/** Sets a value in a node's data; undefined removes it. */
export function setField(draft: Draft, id: string, path: readonly (string | number)[], value?: Json): Draft {
  return changeNode(draft, id, (node) => {
    const data = setIn(dataOf(node), path, value) as JsonObject;
    return data === dataOf(node) ? node : { ...node, data };
  });
}

/** Leads an exit to a node. What it led to before is replaced: a run takes only the first edge of an exit. */
export function connect(draft: Draft, { source, handle }: ExitOf, target: string): Draft {
  const isOfExit = (edge: GraphEdge) => edge.source === source && isSameExit(edge.sourceHandle, handle);
  const old = draft.edges.find(isOfExit);
  if (old?.target === target) return draft;
  if (old) {
    const edges = draft.edges.map((edge) => (edge === old ? { ...edge, target } : edge));
    return { ...draft, edges };
  }
  const id = freeEdgeId(draft, [source, target, handle].filter(Boolean).join("-"));
  const edge = { id, source, target, ...(handle !== "" && { sourceHandle: handle }) };
  return { ...draft, edges: [...draft.edges, edge] };
}

export function disconnect(draft: Draft, { source, handle }: ExitOf): Draft {
  return removeEdges(draft, (edge) => edge.source === source && isSameExit(edge.sourceHandle, handle));
}

export function removeEdges(draft: Draft, isRemoved: (edge: GraphEdge) => boolean): Draft {
  const edges = draft.edges.filter((edge) => !isRemoved(edge));
  return edges.length === draft.edges.length ? draft : { ...draft, edges };
}

/** Follows an option whose id has changed with its edge. */
export function renameExit(draft: Draft, source: string, from: string, to: string): Draft {
  const edges = mapChanged(draft.edges, (edge) =>
    edge.source === source && edge.sourceHandle === from && to !== "" ? { ...edge, sourceHandle: to } : edge,
  );
  return edges === draft.edges ? draft : { ...draft, edges };
}

export function setSetting(draft: Draft, name: string, value: Json | undefined): Draft {
  const settings = setIn(draft.settings, [name], value) as JsonObject;
  return settings === draft.settings ? draft : { ...draft, settings };
}

export function putNote(draft: Draft, note: Note): Draft {
  const notes = notesOf(draft);
  const isNew = !notes.some(({ id }) => id === note.id);
  return withNotes(
    draft,
    isNew ? [...notes, note] : notes.map((each) => (each.id === note.id ? note : each)),
  );
}

/** A graph in place of another, with what else the draft has. */
export function replaceGraph(draft: Draft, graph: Pick<Draft, "nodes" | "edges" | "settings">): Draft {
  const { nodes, edges, settings } = graph;
  return { ...draft, nodes, edges, settings };
}

/** An id that no node or note has: the type, and a number. */
export function freeId(draft: Draft, type: string): string {
  const taken = new Set([...draft.nodes, ...notesOf(draft)].map(({ id }) => id));
  let number = 1;
  while (taken.has(`${type}-${number}`)) number += 1;
  return `${type}-${number}`;
}

function freeEdgeId({ edges }: Draft, wanted: string): string {
  const taken = new Set(edges.map(({ id }) => id));
  let id = wanted;
  for (let number = 2; taken.has(id); number++) id = `${wanted}-${number}`;
  return id;
}

function changeNode(draft: Draft, id: string, edit: (node: GraphNode) => GraphNode): Draft {
  const nodes = mapChanged(draft.nodes, (node) => (node.id === id ? edit(node) : node));
  return nodes === draft.nodes ? draft : { ...draft, nodes };
}

function withNotes(draft: Draft, notes: readonly Note[]): Draft {
  const { notes: _, ...others } = draft.settings;
  if (notes.length === 0) return { ...draft, settings: others };
  return { ...draft, settings: { ...draft.settings, notes: notes as unknown as Json[] } };
}

/** The same list, if nothing of it has changed. */
function mapChanged<Item>(list: readonly Item[], edit: (item: Item) => Item): readonly Item[] {
  let isChanged = false;
  const edited = list.map((item) => {
    const next = edit(item);
    if (next !== item) isChanged = true;
    return next;
  });
  return isChanged ? edited : list;
}

/** A copy with another value at the path; keys keep their places. */
function setIn(value: Json | undefined, [key, ...rest]: readonly (string | number)[], to?: Json): Json {
  if (typeof key === "number") {
    const list = Array.isArray(value) ? [...value] : [];
    if (rest.length === 0 && to === undefined) list.splice(key, 1);
    else list[key] = rest.length === 0 ? to! : setIn(list[key], rest, to);
    return list;
  }
  const object: JsonObject =
    typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
  if (rest.length === 0 && to === undefined) {
    if (!Object.hasOwn(object, key!)) return object;
    const { [key!]: _, ...others } = object;
    return others;
  }
  const next = rest.length === 0 ? to! : setIn(object[key!], rest, to);
  return isEqual(next, object[key!]) && Object.hasOwn(object, key!) ? object : { ...object, [key!]: next };
}
