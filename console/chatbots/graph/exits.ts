import { dataOf, exitName, type GraphEdge, type GraphNode, isObject, type Json, typeOf } from "./draft.ts";
import type { Field, Kind } from "./kind.ts";

/**
 * An exit of a node. `own`: the node's fields name it (an option of a menu); `named`: every node of the kind has it; `rare`: the
 * same, and most nodes do without; `other`: only an edge names it; `default`: taken by what has no edge.
 */
export type Exit = { handle: string; role: "own" | "named" | "rare" | "other" | "default"; title: string };

/** A run that reaches one of these does not leave it by an edge. */
const WITHOUT_EXIT: ReadonlySet<string> = new Set(["end", "jump"]);
/** Taken when something fails. Few authors draw them all. */
const RARE: ReadonlySet<string> = new Set(["answered", "invalid", "timeout"]);
/** How an option without an id is called: its place in the list. */
const PLACE_NAMES: Readonly<Record<string, string>> = { buttons: "btn", rows: "row" };

/** All exits of a node, in the order in which they are drawn: own ones, then those of the kind, then the default one. */
export function exitsOf(node: GraphNode, kind: Kind | undefined, edges: readonly GraphEdge[]): Exit[] {
  const own = kind?.ownExits ? ownExits(node, kind) : [];
  const ofKind = (kind?.exits ?? []).map(
    ({ handle }): Exit => ({ handle, role: isRare(handle, kind!) ? "rare" : "named", title: "" }),
  );
  const known = new Set([...own, ...ofKind].map(({ handle }) => handle));
  const drawn = new Set(edges.map(({ sourceHandle }) => exitName(sourceHandle)));
  const others = [...drawn].filter((handle) => handle !== "" && !known.has(handle));
  const hasDefault = drawn.has("") || !WITHOUT_EXIT.has(typeOf(node));
  return [
    ...own,
    ...ofKind,
    ...others.map((handle): Exit => ({ handle, role: "other", title: "" })),
    ...(hasDefault ? [{ handle: "", role: "default", title: "" } as const] : []),
  ];
}

/** The exits that a card shows: what leads on in the ordinary case, and what leads somewhere. */
export function shownExits(exits: readonly Exit[], edges: readonly GraphEdge[]): Exit[] {
  const drawn = new Set(edges.map(({ sourceHandle }) => exitName(sourceHandle)));
  const isDecision = exits.some(({ role }) => role === "named");
  return exits.filter(({ role, handle }) => {
    if (drawn.has(handle)) return true;
    if (role === "rare") return false;
    return role !== "default" || !isDecision;
  });
}

/** The exit that a node added after this one is connected to: the first one that leads nowhere. */
export function freeExit(exits: readonly Exit[], edges: readonly GraphEdge[]): Exit | undefined {
  const drawn = new Set(edges.map(({ sourceHandle }) => exitName(sourceHandle)));
  const isFree = ({ handle }: Exit) => !drawn.has(handle);
  const main = exits.filter(({ role }) => role === "own" || role === "named");
  const fallback = exits.filter(({ role }) => role === "default");
  return [...main, ...fallback].find(isFree);
}

function isRare(handle: string, kind: Kind): boolean {
  return RARE.has(handle) || (handle === "error" && !kind.exits.some((exit) => exit.handle === "success"));
}

/** Options are lists of objects with an `id`, which names their exit. */
function ownExits(node: GraphNode, kind: Kind): Exit[] {
  const data = dataOf(node);
  const found = kind.fields.flatMap((field) => optionsIn(field, data[field.name]));
  if (found.length === 0 && kind.fields.some(({ name }) => name === "variants"))
    return ["a", "b"].map((handle) => ({ handle, role: "own", title: handle }));
  if (data.questionType === "rating") return [...marks(data.ratingMin, data.ratingMax)];
  const seen = new Set<string>();
  return found.filter(({ handle }) => !seen.has(handle) && seen.add(handle));
}

function optionsIn(field: Field, value: Json | undefined, place = { index: 0 }): Exit[] {
  if (!field.items?.length || !Array.isArray(value)) return [];
  const hasIds = field.items.some(({ name }) => name === "id");
  return value.flatMap((item): Exit[] => {
    const [id, title] = isObject(item) ? [item.id, item.title ?? item.id] : ["", item];
    const nested = isObject(item)
      ? field.items!.flatMap((inner) => optionsIn(inner, item[inner.name], place))
      : [];
    if (!hasIds) return nested;
    const name = `${PLACE_NAMES[field.name] ?? field.name}-${place.index++}`;
    return [
      { handle: typeof id === "string" && id !== "" ? id : name, role: "own", title: String(title ?? name) },
      ...nested,
    ];
  });
}

function marks(least: Json | undefined, most: Json | undefined): Exit[] {
  const first = typeof least === "number" ? least : 1;
  const last = Math.min(typeof most === "number" ? most : 5, first + 10);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => {
    const mark = String(first + index);
    return { handle: mark, role: "own", title: mark };
  });
}
