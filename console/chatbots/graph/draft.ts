/** JSON as it came: what the builder does not know stays in it. */
export type Json = string | number | boolean | null | Json[] | JsonObject;
export type JsonObject = { [key: string]: Json };

export type Point = { x: number; y: number };

/** A node of a graph. Keys that the builder does not know are kept as they are. */
export type GraphNode = {
  readonly id: string;
  readonly type?: string;
  readonly position?: Point;
  readonly data?: JsonObject;
};

/** An edge, from an exit of its source (none: the default exit) to its target. */
export type GraphEdge = {
  readonly id?: string;
  readonly source: string;
  readonly target: string;
  readonly sourceHandle?: string;
};

export type Graph = { readonly nodes: readonly GraphNode[]; readonly edges: readonly GraphEdge[] };

/** What is edited. Edits return a new draft that shares with the old one what did not change. */
export type Draft = Graph & {
  readonly name: string;
  readonly description: string | null;
  readonly settings: JsonObject;
};

/** A note for authors on the canvas, stored in the settings under `notes`. */
export type Note = { id: string; text: string; position: Point };

const NO_NOTES: readonly Note[] = [];

export function notesOf({ settings }: Draft): readonly Note[] {
  return Array.isArray(settings.notes) ? (settings.notes as unknown as Note[]) : NO_NOTES;
}

export function dataOf(node: GraphNode): JsonObject {
  return node.data ?? NO_DATA;
}

const NO_DATA: JsonObject = {};

export function positionOf(node: { readonly position?: Point }): Point {
  return node.position ?? { x: 0, y: 0 };
}

/** The type of a node; old files have it only in the data. */
export function typeOf(node: GraphNode): string {
  const inner = dataOf(node).type;
  return node.type || (typeof inner === "string" ? inner : "");
}

/** What its author calls a node. */
export function labelOf(node: GraphNode): string {
  const { label } = dataOf(node);
  return typeof label === "string" ? label : "";
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether two exits are the same: none and `default` both name the default exit. */
export function isSameExit(one: string | undefined, other: string | undefined): boolean {
  return exitName(one) === exitName(other);
}

export function exitName(handle: string | undefined): string {
  return handle === undefined || handle === "default" ? "" : handle;
}
