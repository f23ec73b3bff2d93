import { createContext, useContext } from "react";
import type { Draft } from "../graph/draft.ts";
import type { Kinds } from "../graph/kind.ts";
import type { Problem, StoredChatbot } from "./documents.ts";

/** What the panel at the side shows. */
export const PANELS = ["node", "test", "problems", "versions", "settings"] as const;
export type Panel = (typeof PANELS)[number];

/** Nodes and edges that a simulated run went through. */
export type Light = { path: readonly string[]; current: string | null };

/** The chatbot that is being edited, for all parts of the builder. */
export type Builder = {
  chatbot: StoredChatbot;
  kinds: Kinds;
  draft: Draft;
  /** Edits the draft. Edits with the same `merge` in quick succession are one step of undo. */
  change: (edit: (draft: Draft) => Draft, merge?: string) => void;
  selection: ReadonlySet<string>;
  select: (ids: Iterable<string>) => void;
  /** Selects a node and brings it into view. */
  goTo: (id: string) => void;
  /** The same, and shows what the node is. */
  open: (id: string) => void;
  problems: readonly Problem[];
  panel: Panel | null;
  show: (panel: Panel | null) => void;
  light: (light: Light | null) => void;
  isUnsaved: boolean;
  save: () => Promise<boolean>;
  publish: () => void;
  /** Reads again what the server knows of the chatbot besides its draft: its active version. */
  refresh: () => void;
  /** How often that has happened: lists of versions are loaded again. */
  refreshes: number;
};

export const BuilderContext = createContext<Builder | null>(null);

export function useBuilder(): Builder {
  return useContext(BuilderContext)!;
}
