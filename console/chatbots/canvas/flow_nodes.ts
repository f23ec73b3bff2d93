import type { Edge, Node } from "@xyflow/react";
import { edgeName, type Mark } from "../graph/difference.ts";
import {
  type Draft,
  exitName,
  type GraphEdge,
  type GraphNode,
  type Note,
  notesOf,
  positionOf,
  typeOf,
} from "../graph/draft.ts";
import { type Exit, exitsOf, shownExits } from "../graph/exits.ts";
import type { Kind, Kinds } from "../graph/kind.ts";
import { edgesBySource, readingOrder, targetsInFields } from "../graph/order.ts";

/** Of a node in the runs of a version. */
export type Figures = {
  entered: number;
  dropped: number;
  medianSeconds: number | null;
  leftBy: Readonly<Record<string, number>>;
};

/** What is drawn on top of the graph. */
export type Overlay = {
  problems?: ReadonlyMap<string, "error" | "warning">;
  figures?: ReadonlyMap<string, Figures> | null;
  marks?: { nodes: ReadonlyMap<string, Mark>; edges: ReadonlyMap<string, Mark> } | null;
  /** The nodes that a simulated run entered, and the edges that it took, as `source target`. */
  lit?: { nodes: ReadonlySet<string>; edges: ReadonlySet<string>; current: string | null } | null;
};

export type CardData = {
  node: GraphNode;
  kind: Kind | undefined;
  exits: readonly Exit[];
  problem: "error" | "warning" | null;
  figures: Figures | null;
  mark: Mark | null;
  light: "current" | "entered" | null;
};
export type CardNode = Node<CardData, "card">;
export type NoteNode = Node<{ note: Note }, "note">;
export type CanvasNode = CardNode | NoteNode;

const NO_EDGES: readonly GraphEdge[] = [];

/** Turns drafts into what the canvas draws. What has not changed is the same object as before, and is not drawn again. */
export class FlowNodes {
  #cards = new Map<string, { from: unknown[]; card: CardNode }>();
  #notes = new Map<string, NoteNode>();

  nodes(draft: Draft, kinds: Kinds, overlay: Overlay, label: (node: GraphNode) => string): CanvasNode[] {
    const outgoing = edgesBySource(draft.edges);
    const cards = new Map<string, { from: unknown[]; card: CardNode }>();
    // The keyboard goes through nodes in the order in which they stand in the page.
    for (const node of readingOrder(draft, kinds)) {
      const { id } = node;
      const edges = outgoing.get(id) ?? NO_EDGES;
      const light = overlay.lit?.current === id ? "current" : overlay.lit?.nodes.has(id) ? "entered" : null;
      const from = [
        node,
        label(node),
        edges.map(({ sourceHandle }) => exitName(sourceHandle)).join("\n"),
        overlay.problems?.get(id) ?? null,
        overlay.figures?.get(id) ?? null,
        overlay.marks?.nodes.get(id) ?? null,
        light,
        kinds,
      ];
      const old = this.#cards.get(id);
      const isSame = old?.from.every((value, index) => value === from[index]);
      cards.set(id, isSame ? old! : { from, card: cardOf(node, label(node), edges, kinds, overlay, light) });
    }
    this.#cards = cards;
    const notes = new Map<string, NoteNode>();
    for (const note of notesOf(draft)) {
      const old = this.#notes.get(note.id);
      notes.set(note.id, old?.data.note === note ? old : noteNode(note));
    }
    this.#notes = notes;
    return [...notes.values(), ...[...cards.values()].map(({ card }) => card)];
  }
}

function cardOf(
  node: GraphNode,
  ariaLabel: string,
  edges: readonly GraphEdge[],
  kinds: Kinds,
  { problems, figures, marks }: Overlay,
  light: CardData["light"],
): CardNode {
  const { id } = node;
  const kind = kinds.get(typeOf(node));
  const exits = shownExits(exitsOf(node, kind, edges), edges);
  const data: CardData = {
    node,
    kind,
    exits,
    problem: problems?.get(id) ?? null,
    figures: figures?.get(id) ?? null,
    mark: marks?.nodes.get(id) ?? null,
    light,
  };
  return { id, type: "card", position: positionOf(node), data, ariaLabel };
}

function noteNode(note: Note): NoteNode {
  return {
    id: note.id,
    type: "note",
    position: positionOf(note),
    data: { note },
    zIndex: -1,
    ariaLabel: note.text,
  };
}

/** An edge of the draft, or (`isField`) one that a field stands for, such as that of a jump. */
export type CanvasEdge = Edge<{ edge: GraphEdge | null }>;

export function flowEdges(draft: Draft, kinds: Kinds, { marks, lit }: Overlay): CanvasEdge[] {
  const known = new Set(draft.nodes.map(({ id }) => id));
  const taken = new Set<string>();
  const edges = draft.edges.flatMap((edge): CanvasEdge[] => {
    const { source, target } = edge;
    if (!known.has(source) || !known.has(target)) return [];
    let id = edge.id ?? edgeName(edge);
    while (taken.has(id)) id += "'";
    taken.add(id);
    const mark = marks?.edges.get(edgeName(edge));
    const isLit = lit?.edges.has(`${source} ${target}`) ?? false;
    return [
      {
        id,
        source,
        target,
        sourceHandle: exitName(edge.sourceHandle) || "default",
        targetHandle: "in",
        className: [mark, isLit && "lit"].filter(Boolean).join(" "),
        zIndex: isLit ? 1 : 0,
        data: { edge },
      },
    ];
  });
  const jumps = draft.nodes.flatMap((node) =>
    targetsInFields(node, kinds)
      .filter((target) => known.has(target))
      .map((target): CanvasEdge => {
        const isLit = lit?.edges.has(`${node.id} ${target}`) ?? false;
        return {
          id: `${node.id} field ${target}`,
          source: node.id,
          target,
          sourceHandle: "field",
          targetHandle: "in",
          className: isLit ? "jump lit" : "jump",
          selectable: false,
          deletable: false,
          reconnectable: false,
          data: { edge: null },
        };
      }),
  );
  return [...edges, ...jumps];
}
