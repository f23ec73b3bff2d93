import { useMay } from "../session/member.ts";
import { type Shortcuts, useShortcuts } from "../shell/keys.ts";
import type { Action } from "./actions.ts";
import type { Row } from "./documents.ts";

/**
 * The keys of the list. Those that change conversations act on the selected ones, or else on the active one. While a conversation is
 * open and none is selected, they are the conversation's.
 */
export function useListKeys({
  rows,
  selected,
  activeId,
  openId,
  onActivate,
  onToggle,
  onEnd,
  onAct,
  onAssign,
  onSearch,
}: {
  rows: readonly Row[];
  selected: readonly Row[];
  activeId: string | null;
  openId: string | null;
  onActivate: (id: string) => void;
  onToggle: (id: string) => void;
  onEnd: () => void;
  onAct: (action: Action, targets: readonly Row[]) => void;
  /** Opens the menu of those to whom the selected conversations can be given. */
  onAssign: () => void;
  onSearch: () => void;
}): void {
  const mayAct = useMay("agent");
  const step = (by: number) => {
    const index = rows.findIndex(({ id }) => id === activeId);
    const next = rows[Math.max(0, Math.min(index + by, rows.length - 1))];
    if (next) onActivate(next.id);
  };
  useShortcuts({ j: () => step(1), k: () => step(-1), "/": onSearch });

  const targets =
    selected.length > 0 ? selected : openId === null ? rows.filter(({ id }) => id === activeId) : [];
  const keys: Record<string, () => void> = {};
  if (mayAct && activeId) keys.x = () => onToggle(activeId);
  if (selected.length > 0) keys.Escape = onEnd;
  if (mayAct && targets.length > 0) {
    const isClosed = targets.every(({ status }) => status === "closed");
    keys.e = () => onAct({ kind: isClosed ? "reopen" : "close" }, targets);
    keys.u = () => onAct({ kind: "markRead" }, targets);
    keys.a = selected.length > 0 ? onAssign : () => onAct({ kind: "take" }, targets);
  }
  // Before the keys of the conversation that is open.
  useShortcuts(keys satisfies Shortcuts, { isFirst: true });
}
