import "@xyflow/react/dist/base.css";
import "./canvas.css";
import {
  applyNodeChanges,
  Background,
  type Connection,
  ConnectionLineType,
  Controls,
  MiniMap,
  type NodeChange,
  ReactFlow,
  type ReactFlowProps,
  useReactFlow,
} from "@xyflow/react";
import {
  type KeyboardEvent,
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import { useWords } from "../../words/language.ts";
import { useBuilder } from "../builder/builder_context.ts";
import { exitName, type Point, typeOf } from "../graph/draft.ts";
import { connect, move, remove, removeEdges } from "../graph/edits.ts";
import { builderWords } from "../words/builder_words.ts";
import { canvasWords } from "../words/canvas_words.ts";
import { useNames } from "../words/use_names.ts";
import { type CanvasEdge, type CanvasNode, FlowNodes, flowEdges, type Overlay } from "./flow_nodes.ts";
import { lookOf } from "./kind_look.ts";
import { NodeCard } from "./node_card.tsx";
import { NoteCard } from "./note_card.tsx";

export const NODE_TYPES = { card: NodeCard, note: NoteCard };
/** What is dragged from the palette. */
export const KIND_MIME = "application/x-parley-kind";

/** The graph, where it is edited with the pointer and the keyboard. */
export function Canvas({
  overlay,
  onAdd,
}: {
  overlay: Overlay;
  onAdd: (type: string, position: Point) => void;
}) {
  const { draft, kinds, change, selection, select, open, show, panel } = useBuilder();
  const texts = useWords(builderWords);
  const labels = useWords(canvasWords);
  const names = useNames();
  const { screenToFlowPosition } = useReactFlow();
  const wrapper = useRef<HTMLDivElement>(null);
  const flow = useRef(new FlowNodes());
  const derived = useMemo(
    () =>
      flow.current.nodes(
        draft,
        kinds,
        overlay,
        (node) => `${names.node(node)} (${names.kind(typeOf(node))})`,
      ),
    [draft, kinds, overlay, names],
  );
  const edges = useMemo(() => flowEdges(draft, kinds, overlay), [draft, kinds, overlay]);
  const [nodes, setNodes] = useState<CanvasNode[]>([]);
  // The canvas keeps what it measured, and where a node is while it is dragged.
  useLayoutEffect(() => {
    setNodes((shown) => {
      const old = new Map(shown.map((node) => [node.id, node]));
      return derived.map((node) => {
        const before = old.get(node.id);
        const selected = selection.has(node.id);
        if (before?.data === node.data && before.position === node.position && before.selected === selected)
          return before;
        return { ...node, selected, ...(before?.measured && { measured: before.measured }) } as CanvasNode;
      });
    });
  }, [derived, selection]);

  const onNodesChange = (changes: NodeChange<CanvasNode>[]) => {
    setNodes((shown) => applyNodeChanges(changes, shown));
    const placed = changes.flatMap((each) =>
      each.type === "position" && !each.dragging && each.position
        ? [[each.id, rounded(each.position)] as const]
        : [],
    );
    if (placed.length > 0) change((before) => move(before, new Map(placed)), "move");
    const chosen = changes.filter((each) => each.type === "select");
    if (chosen.length > 0) {
      const next = new Set(selection);
      for (const each of chosen) each.selected ? next.add(each.id) : next.delete(each.id);
      select(next);
    }
  };

  const onDelete: ReactFlowProps<CanvasNode, CanvasEdge>["onBeforeDelete"] = async (deleted) => {
    const ids = new Set(deleted.nodes.map(({ id }) => id));
    const cut = new Set(deleted.edges.map(({ data }) => data?.edge));
    change((before) => removeEdges(remove(before, ids), (edge) => cut.has(edge)));
    select([]);
    // What had the focus is gone.
    if (ids.size > 0) wrapper.current?.querySelector<HTMLElement>(".react-flow__pane")?.focus();
    return false;
  };

  const onConnect = ({ source, sourceHandle, target }: Connection) =>
    change((before) => connect(before, { source, handle: exitName(sourceHandle ?? undefined) }, target));

  const onReconnect = (old: CanvasEdge, { source, sourceHandle, target }: Connection) =>
    change((before) => {
      const cut = removeEdges(before, (edge) => edge === old.data?.edge);
      return connect(cut, { source, handle: exitName(sourceHandle ?? undefined) }, target);
    });

  return (
    <section
      ref={wrapper}
      className="canvas"
      dir="ltr"
      aria-label={texts.canvas}
      onKeyDown={(event) => openByEnter(event, open)}
      onDragOver={(event) => event.dataTransfer.types.includes(KIND_MIME) && event.preventDefault()}
      onDrop={(event) => {
        const type = event.dataTransfer.getData(KIND_MIME);
        if (type === "") return;
        event.preventDefault();
        onAdd(type, rounded(screenToFlowPosition({ x: event.clientX - 40, y: event.clientY - 20 })));
      }}
    >
      <ReactFlow<CanvasNode, CanvasEdge>
        nodes={nodes}
        edges={edges}
        nodeTypes={NODE_TYPES}
        onNodesChange={onNodesChange}
        onConnect={onConnect}
        onReconnect={onReconnect}
        onBeforeDelete={onDelete}
        onNodeDoubleClick={(_, { id, type }) => type === "card" && open(id)}
        onNodeClick={(_, { type }) => type === "card" && panel !== "test" && show("node")}
        deleteKeyCode={DELETE_KEYS}
        multiSelectionKeyCode={MULTIPLE_KEYS}
        connectionLineType={ConnectionLineType.Bezier}
        connectionRadius={32}
        edgesFocusable={false}
        elevateNodesOnSelect
        minZoom={0.1}
        maxZoom={1.5}
        fitView
        fitViewOptions={FIT}
        ariaLabelConfig={labels}
        proOptions={HIDDEN}
        colorMode="system"
      >
        <Background gap={24} size={1.5} />
        <Controls showInteractive={false} position="bottom-left" />
        <MiniMap<CanvasNode> pannable zoomable position="bottom-right" nodeClassName={overviewClass} />
      </ReactFlow>
    </section>
  );
}

const DELETE_KEYS = ["Delete", "Backspace"];
const MULTIPLE_KEYS = ["Shift", "Control", "Meta"];
const FIT = { maxZoom: 1, padding: 0.15 };
/** The attribution is on the page of licences, not over the graph. */
const HIDDEN = { hideAttribution: true };

function rounded({ x, y }: Point): Point {
  return { x: Math.round(x), y: Math.round(y) };
}

function openByEnter(event: KeyboardEvent<HTMLElement>, open: (id: string) => void): void {
  const target = event.target as HTMLElement;
  const id = target.classList.contains("react-flow__node") ? target.dataset.id : undefined;
  if (event.key !== "Enter" || id === undefined) return;
  event.preventDefault();
  open(id);
  focusWhenDrawn(".inspector .label");
}

/** Focuses what is about to be drawn, perhaps after it has been loaded. */
function focusWhenDrawn(selector: string, frames = 120): void {
  const element = document.querySelector<HTMLElement>(selector);
  if (element) element.focus();
  else if (frames > 0) requestAnimationFrame(() => focusWhenDrawn(selector, frames - 1));
}

/** The class of a node in the overview. */
export function overviewClass(node: CanvasNode): string {
  return node.type === "note" ? "note" : lookOf(typeOf(node.data.node)).group;
}

/** How to bring a node into view; `isGentle`: only if it is not seen. */
export function useReveal(): (id: string, isGentle?: boolean) => void {
  const { getNode, setCenter, getZoom, flowToScreenPosition } = useReactFlow();
  const [wanted, setWanted] = useState<{ id: string; isGentle: boolean } | null>(null);
  useEffect(() => {
    if (!wanted) return;
    // By then the canvas has drawn a new node, and has the size that it has beside an opened panel.
    const timer = setTimeout(() => {
      const node = getNode(wanted.id);
      const canvas = document.querySelector(".canvas")?.getBoundingClientRect();
      if (!node || !canvas) return;
      const { width = 240, height = 96 } = node.measured ?? {};
      const { x, y } = node.position;
      const from = flowToScreenPosition({ x, y });
      const to = flowToScreenPosition({ x: x + width, y: y + height });
      const isSeen =
        from.x >= canvas.left && to.x <= canvas.right && from.y >= canvas.top && to.y <= canvas.bottom;
      if (wanted.isGentle && isSeen) return;
      const duration = matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 250;
      void setCenter(x + width / 2, y + height / 2, { zoom: Math.max(getZoom(), 0.7), duration });
    }, 50);
    return () => clearTimeout(timer);
  }, [wanted, getNode, setCenter, getZoom, flowToScreenPosition]);
  return useCallback((id, isGentle = false) => setWanted({ id, isGentle }), []);
}
