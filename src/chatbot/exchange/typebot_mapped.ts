import { listField, textField } from "../../base/json/fields.ts";
import { isObject, type JsonObject } from "../../base/json/json.ts";

/** A way out of a node, before it is known where it leads. */
type OpenExit = { from: string; handle: string };

/** What a block becomes: usually one node; none for what means nothing in a chat. */
export type MappedBlock = {
  nodes: { id: string; type: string; data: JsonObject }[];
  /** Ways between these nodes. */
  links: (OpenExit & { to: string })[];
  /** Ways out that have an edge of their own. */
  exits: (OpenExit & { edgeId: string })[];
  /** Ways out that take the block's edge, or lead to the next block. */
  onward: OpenExit[];
  /** What was lost, in sentences. */
  losses: string[];
};

/** A block that becomes one node. */
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
