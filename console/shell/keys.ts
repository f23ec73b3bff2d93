import { useEffect, useRef } from "react";
import { Preference } from "../ui/preference.ts";

/** Whether single keys do something. They can be switched off, for those who speak to their machine. */
export const singleKeys = new Preference<"on" | "off">("keys", ["on", "off"], "on");

/** What keys do: "j", "Escape", "g i" (one after the other), "mod+Enter" (Control, or Command on a Mac). */
export type Shortcuts = Readonly<Record<string, () => void>>;

/** How long the second key of a pair is waited for. */
const PAIR_MS = 1_200;

/**
 * Listens to keys while the caller is drawn. A single key does nothing while a text field has the focus or a dialog or menu is open.
 * `isFirst`: before all who are not, such as the conversation that is open while several are selected.
 */
export function useShortcuts(shortcuts: Shortcuts, { isFirst = false } = {}): void {
  const latest = useRef(shortcuts);
  latest.current = shortcuts;
  useEffect(() => {
    let first = { key: "", at: 0 };
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing) return;
      const isModified = event.ctrlKey || event.metaKey || event.altKey;
      if (!isModified && (singleKeys.get() === "off" || isBusy(event.target))) return;
      const pair =
        event.timeStamp - first.at < PAIR_MS ? latest.current[`${first.key} ${event.key}`] : undefined;
      const run = pair ?? latest.current[isModified ? nameOf(event) : event.key];
      first = { key: event.key, at: event.timeStamp };
      if (!run) return;
      event.preventDefault();
      run();
    };
    addEventListener("keydown", onKeyDown, isFirst);
    return () => removeEventListener("keydown", onKeyDown, isFirst);
  }, [isFirst]);
}

function nameOf({ ctrlKey, metaKey, shiftKey, altKey, key }: KeyboardEvent): string {
  const modifiers = [(ctrlKey || metaKey) && "mod", altKey && "alt", shiftKey && "shift"].filter(Boolean);
  return [...modifiers, key.length === 1 ? key.toLowerCase() : key].join("+");
}

/** Whether somebody types, or has something open that uses keys itself. */
function isBusy(target: EventTarget | null): boolean {
  const element = target instanceof Element ? target : null;
  return (
    element?.closest("input, textarea, select, [contenteditable], dialog[open], [role=menu]") !== null ||
    document.querySelector("dialog[open]") !== null
  );
}
