import { listField, textField } from "../../base/json/fields.ts";
import { isObject, type JsonObject } from "../../base/json/json.ts";

/** An exit of a node before its target is known. */
type OpenExit = { from: string; handle: string };

/** The result of mapping a block: usually one node; none if the block is left out. */
export type MappedBlock = {
  nodes: { id: string; type: string; data: JsonObject }[];
  /** Edges between these nodes. */
  links: (OpenExit & { to: string })[];
  /** Exits with their own edge in the Typebot. */
  exits: (OpenExit & { edgeId: string })[];
  /** Exits that follow the block's edge, or lead to the next block. */
  onward: OpenExit[];
  /** Sentences about what could not be imported. */
  losses: string[];
};

/** Maps a block to one node. */
export function one(id: string, type: string, data: JsonObject, ...losses: (string | false)[]): MappedBlock {
  return {
    nodes: [{ id, type, data }],
    links: [],
    exits: [],
    onward: [{ from: id, handle: "" }],
    losses: losses.filter((loss) => loss !== false),
  };
}

export function itemsOf(block: JsonObject): JsonObject[] {
  return listField(block, "items").filter(isObject);
}

export function exit(from: string, handle: string, item: JsonObject): OpenExit & { edgeId: string } {
  return { from, handle, edgeId: textField(item, "outgoingEdgeId") };
}
