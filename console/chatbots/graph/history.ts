import type { Draft } from "./draft.ts";
import { isEqual } from "./equal.ts";

/** A change of the draft. Changes with the same `merge` within a moment are undone together, as typing is. */
export type Change = { edit: (draft: Draft) => Draft; merge?: string; at: number };

export type History = {
  readonly present: Draft;
  readonly past: readonly Draft[];
  readonly future: readonly Draft[];
  /** As the server has it. */
  readonly saved: Draft;
  readonly last: { readonly merge: string | undefined; readonly at: number };
};

export type HistoryAction =
  | ({ kind: "change" } & Change)
  | { kind: "undo" }
  | { kind: "redo" }
  /** The server has stored this draft; editing may have gone on since it was sent. */
  | { kind: "saved"; draft: Draft }
  /** The draft as it is shown first, before anything is edited: it counts as saved. */
  | { kind: "arranged"; draft: Draft };

const MERGED_MS = 1_500;
/** Each step keeps only what it changed. */
const MOST_STEPS = 500;
const NOTHING = { merge: undefined, at: 0 };

export function historyOf(draft: Draft): History {
  return { present: draft, past: [], future: [], saved: draft, last: NOTHING };
}

export function changeHistory(history: History, action: HistoryAction): History {
  const { present, past, future } = history;
  switch (action.kind) {
    case "change":
      return change(history, action);
    case "undo": {
      const before = past.at(-1);
      if (before === undefined) return history;
      return {
        ...history,
        present: before,
        past: past.slice(0, -1),
        future: [present, ...future],
        last: NOTHING,
      };
    }
    case "redo": {
      const [next, ...rest] = future;
      if (next === undefined) return history;
      return { ...history, present: next, past: [...past, present], future: rest, last: NOTHING };
    }
    case "saved":
      return { ...history, saved: action.draft, last: NOTHING };
    case "arranged":
      return past.length === 0 && future.length === 0 ? historyOf(action.draft) : history;
    default:
      return action satisfies never;
  }
}

function change(history: History, { edit, merge, at }: Change): History {
  const { present, past, last } = history;
  const next = edit(present);
  if (next === present) return history;
  const isMerged = merge !== undefined && merge === last.merge && at - last.at < MERGED_MS && past.length > 0;
  return {
    ...history,
    present: next,
    past: isMerged ? past : [...past, present].slice(-MOST_STEPS),
    future: [],
    last: { merge, at },
  };
}

/** Whether something is there that the server does not have: an edit that was taken back is none. */
export function isUnsaved({ present, saved }: History): boolean {
  return present !== saved && !isEqual(present, saved);
}
