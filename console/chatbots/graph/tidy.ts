import type { Graph, Point } from "./draft.ts";
import type { Kinds } from "./kind.ts";
import { readingOrder, targetsInFields } from "./order.ts";

export type Size = { width: number; height: number };

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
