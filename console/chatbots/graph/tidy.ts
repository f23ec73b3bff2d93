import { type Graph, type Point, positionOf, typeOf } from "./draft.ts";
import { exitsOf, shownExits } from "./exits.ts";
import type { Kinds } from "./kind.ts";
import { edgesBySource, readingOrder, targetsInFields } from "./order.ts";

export type Size = { width: number; height: number };

/** Whether nobody has placed the nodes: they all lie at one place, as in a file that was written by hand. */
export function isUnplaced({ nodes }: Graph): boolean {
  const places = new Set(nodes.map((node) => JSON.stringify(positionOf(node))));
  return nodes.length > 1 && places.size === 1;
}

/** About as large as its card will be drawn. */
export function expectedSizes({ nodes, edges }: Graph, kinds: Kinds): Map<string, Size> {
  const outgoing = edgesBySource(edges);
  return new Map(
    nodes.map((node) => {
      const own = outgoing.get(node.id) ?? [];
      const exits = shownExits(exitsOf(node, kinds.get(typeOf(node)), own), own);
      return [node.id, { width: 240, height: 90 + (exits.length > 1 ? exits.length * 26 : 0) }];
    }),
  );
}

/** Positions from left to right along the edges. The layouter is loaded when it is first needed. */
export async function tidyPositions(
  graph: Graph,
  sizes: ReadonlyMap<string, Size>,
  kinds: Kinds,
): Promise<Map<string, Point>> {
  const { graphlib, layout: place } = await import("@dagrejs/dagre");
  const layout = new graphlib.Graph();
  layout.setGraph({ rankdir: "LR", nodesep: 32, ranksep: 96, edgesep: 16 });
  layout.setDefaultEdgeLabel(() => ({}));
  const size = (id: string) => sizes.get(id) ?? { width: 240, height: 96 };
  for (const { id } of readingOrder(graph, kinds)) layout.setNode(id, { ...size(id) });
  const jumps = graph.nodes.flatMap((node) =>
    targetsInFields(node, kinds).map((target) => ({ source: node.id, target })),
  );
  for (const { source, target } of [...graph.edges, ...jumps])
    if (source !== target && layout.hasNode(source) && layout.hasNode(target)) layout.setEdge(source, target);
  place(layout);
  return new Map(
    graph.nodes.map(({ id }) => {
      const { x, y } = layout.node(id);
      const { width, height } = size(id);
      // The layouter places centres.
      return [id, { x: Math.round(x - width / 2), y: Math.round(y - height / 2) }];
    }),
  );
}
