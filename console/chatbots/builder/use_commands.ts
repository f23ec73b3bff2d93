import { useReactFlow } from "@xyflow/react";
import type { Dispatch } from "react";
import { showProblem, showToast } from "../../ui/toasts.tsx";
import { useWords } from "../../words/language.ts";
import { clipOf, paste, readClip, writeClip } from "../graph/clipboard.ts";
import { type Draft, type JsonObject, notesOf, type Point, positionOf, typeOf } from "../graph/draft.ts";
import { addNode, freeId, move, putNote, remove } from "../graph/edits.ts";
import { exitsOf, freeExit } from "../graph/exits.ts";
import type { HistoryAction } from "../graph/history.ts";
import { newData } from "../graph/new_data.ts";
import { tidyPositions } from "../graph/tidy.ts";
import { builderWords } from "../words/builder_words.ts";
import type { Builder } from "./builder_context.ts";
import { useBuilderKeys } from "./use_builder_keys.ts";

export type Commands = {
  undo: () => void;
  redo: () => void;
  tidy: () => void;
  search: () => void;
  save: () => void;
  /** Adds a node: here, or after the selected node, connected to its first free exit. */
  add: (type: string, position?: Point) => void;
  addNote: () => void;
  duplicate: () => void;
  copy: () => void;
  remove: () => void;
};

const SHIFT = { x: 32, y: 32 };
const GAP = 300;

/** What the toolbar, the keys and the menus do to the graph. */
export function useCommands({
  builder,
  dispatch,
  search,
}: {
  builder: Builder;
  dispatch: Dispatch<HistoryAction>;
  search: () => void;
}): Commands {
  const texts = useWords(builderWords);
  const { getNodes, screenToFlowPosition, fitView } = useReactFlow();
  const { draft, kinds, change, selection, select, show } = builder;

  /** The middle of what is seen. */
  const middle = (): Point => {
    const box = document.querySelector(".canvas")?.getBoundingClientRect();
    if (!box) return { x: 0, y: 0 };
    const { x, y } = screenToFlowPosition({ x: box.x + box.width / 2, y: box.y + box.height / 2 });
    return { x: Math.round(x - 120), y: Math.round(y - 40) };
  };
  const insert = (clip: ReturnType<typeof clipOf>, offset: Point) => {
    const pasted = paste(draft, clip, offset, kinds);
    if (pasted.ids.length === 0) return false;
    change(() => pasted.draft);
    select(pasted.ids);
    return true;
  };
  const commands: Commands = {
    undo: () => dispatch({ kind: "undo" }),
    redo: () => dispatch({ kind: "redo" }),
    tidy: () => {
      const sizes = new Map(
        getNodes().map(({ id, measured }) => [
          id,
          { width: measured?.width ?? 240, height: measured?.height ?? 96 },
        ]),
      );
      tidyPositions(draft, sizes, kinds).then((positions) => {
        change((before) => move(before, positions));
        // When the nodes are where they now belong.
        setTimeout(() => void fitView({ maxZoom: 1, padding: 0.15 }), 50);
      }, showProblem);
    },
    search,
    save: () => void builder.save(),
    add: (type, position) => {
      const id = freeId(draft, type);
      const after = position ? null : placeAfter(builder);
      const at = position ?? after?.position ?? freePlace(draft, middle());
      const node = { id, type, position: at, data: newData(kinds.get(type)) as JsonObject };
      const exit = after?.exit && !kinds.get(type)?.isStart ? after.exit : undefined;
      change((before) => addNode(before, node, exit));
      select([id]);
      show("node");
    },
    addNote: () => {
      const id = freeId(draft, "note");
      change((before) => putNote(before, { id, text: "", position: freePlace(draft, middle()) }));
      select([id]);
    },
    duplicate: () => void insert(clipOf(draft, selection), SHIFT),
    copy: () => {
      const clip = clipOf(draft, selection);
      navigator.clipboard
        .writeText(writeClip(clip))
        .then(() => showToast(texts.copied(clip.nodes.length)), showProblem);
    },
    remove: () => {
      change((before) => remove(before, selection));
      showToast(texts.removed(selection.size));
      select([]);
    },
  };

  useBuilderKeys({
    ...commands,
    copy: () => {
      if (selection.size === 0) return null;
      showToast(texts.copied(selection.size));
      return writeClip(clipOf(draft, selection));
    },
    cut: commands.remove,
    paste: (text) => {
      const clip = readClip(text);
      if (!clip) return false;
      const isHere = clip.nodes.some(({ id }) => draft.nodes.some((node) => node.id === id));
      const [first] = [...clip.nodes, ...clip.notes];
      if (!first) return false;
      // Beside the original; in another chatbot in the middle of what is seen.
      const { x, y } = positionOf(first);
      const target = middle();
      return insert(clip, isHere ? SHIFT : { x: target.x - x, y: target.y - y });
    },
  });
  return commands;
}

function placeAfter({ draft, kinds, selection }: Builder) {
  const [id] = selection;
  const node = selection.size === 1 && draft.nodes.find((each) => each.id === id);
  if (!node) return null;
  const edges = draft.edges.filter(({ source }) => source === node.id);
  const exit = freeExit(exitsOf(node, kinds.get(typeOf(node)), edges), edges);
  const { x, y } = positionOf(node);
  const position = freePlace(draft, { x: x + GAP, y });
  return { position, exit: exit && { source: node.id, handle: exit.handle } };
}

/** The place, or one below it where nothing lies yet. */
function freePlace(draft: Draft, { x, y }: Point): Point {
  const taken = [...draft.nodes, ...notesOf(draft)].map(positionOf);
  let place = { x, y };
  while (taken.some((each) => Math.abs(each.x - place.x) < 200 && Math.abs(each.y - place.y) < 90))
    place = { x, y: place.y + 110 };
  return place;
}
