import { type Draft, dataOf, exitName, type GraphEdge, type GraphNode, type JsonObject } from "./draft.ts";
import { isEqual } from "./equal.ts";

export type Mark = "added" | "removed" | "changed";

/** What differs between two graphs. Where nodes stand on the canvas makes no difference. */
export type Difference = {
  nodes: ReadonlyMap<string, Mark>;
  /** The names of the fields that differ, of changed nodes. */
  fields: ReadonlyMap<string, string[]>;
  /** By {@link edgeName}. */
  edges: ReadonlyMap<string, Mark>;
  settings: string[];
};

type Compared = Pick<Draft, "nodes" | "edges" | "settings">;

export function differenceOf(before: Compared, after: Compared): Difference {
  const [old, fresh] = [byId(before.nodes), byId(after.nodes)];
  const nodes = new Map<string, Mark>();
  const fields = new Map<string, string[]>();
  for (const [id, node] of fresh) {
    const was = old.get(id);
    const changed = was ? changedKeys(contentOf(was), contentOf(node)) : [];
    if (!was) nodes.set(id, "added");
    else if (changed.length > 0) {
      nodes.set(id, "changed");
      fields.set(id, changed);
    }
  }
  for (const id of old.keys()) if (!fresh.has(id)) nodes.set(id, "removed");
  return {
    nodes,
    fields,
    edges: edgeMarks(before.edges, after.edges),
    settings: settingsMarks(before, after),
  };
}

export function countOf({ nodes, edges, settings }: Difference): number {
  return nodes.size + edges.size + settings.length;
}

/** An edge as a run sees it: from which exit to which node. */
export function edgeName({ source, sourceHandle, target }: GraphEdge): string {
  return JSON.stringify([source, exitName(sourceHandle), target]);
}

function edgeMarks(before: readonly GraphEdge[], after: readonly GraphEdge[]): Map<string, Mark> {
  const [old, fresh] = [new Set(before.map(edgeName)), new Set(after.map(edgeName))];
  const marks = new Map<string, Mark>();
  for (const name of fresh.difference(old)) marks.set(name, "added");
  for (const name of old.difference(fresh)) marks.set(name, "removed");
  return marks;
}

function settingsMarks(before: Compared, after: Compared): string[] {
  return changedKeys(before.settings, after.settings).filter((name) => name !== "notes");
}

function byId(nodes: readonly GraphNode[]): Map<string, GraphNode> {
  return new Map(nodes.map((node) => [node.id, node]));
}

function contentOf(node: GraphNode): JsonObject {
  return { ...dataOf(node), type: node.type ?? "" };
}

function changedKeys(before: JsonObject, after: JsonObject): string[] {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys].filter((key) => !isEqual(before[key], after[key]));
}
