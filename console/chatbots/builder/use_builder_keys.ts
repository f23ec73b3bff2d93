import { useEffect, useRef } from "react";

export type BuilderKeys = {
  undo: () => void;
  redo: () => void;
  save: () => void;
  search: () => void;
  duplicate: () => void;
  tidy: () => void;
  /** What is copied, or null: then the browser copies. */
  copy: () => string | null;
  cut: () => void;
  /** Whether the text was pasted. */
  paste: (text: string) => boolean;
};

/** The builder's keys, while it is drawn and no dialog is open. Text fields keep those for their own text. */
export function useBuilderKeys(keys: BuilderKeys): void {
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing || document.querySelector("dialog[open]")) return;
      const run = commandOf(event, latest.current);
      if (!run) return;
      event.preventDefault();
      run();
    };
    const onCopy = (event: ClipboardEvent) => {
      if (isText(event.target) || String(getSelection()) !== "") return;
      const text = latest.current.copy();
      if (text === null) return;
      event.preventDefault();
      event.clipboardData?.setData("text/plain", text);
      if (event.type === "cut") latest.current.cut();
    };
    const onPaste = (event: ClipboardEvent) => {
      if (isText(event.target)) return;
      if (latest.current.paste(event.clipboardData?.getData("text/plain") ?? "")) event.preventDefault();
    };
    addEventListener("keydown", onKeyDown);
    document.addEventListener("copy", onCopy);
    document.addEventListener("cut", onCopy);
    document.addEventListener("paste", onPaste);
    return () => {
      removeEventListener("keydown", onKeyDown);
      document.removeEventListener("copy", onCopy);
      document.removeEventListener("cut", onCopy);
      document.removeEventListener("paste", onPaste);
    };
  }, []);
}

function commandOf(event: KeyboardEvent, keys: BuilderKeys): (() => void) | null {
  const { code, shiftKey, altKey } = event;
  const key = event.key.toLowerCase();
  // Of the place of the key: with Alt, some keyboards write another letter.
  if (altKey && shiftKey && code === "KeyT") return keys.tidy;
  if (!(event.ctrlKey || event.metaKey) || altKey) return null;
  if (key === "s") return keys.save;
  if (key === "f") return keys.search;
  // What is typed in the inspector is undone as part of the graph; other texts are not the graph's.
  if (event.target instanceof Element && event.target.closest("[data-own-keys]")) return null;
  if (key === "z") return shiftKey ? keys.redo : keys.undo;
  if (key === "y") return keys.redo;
  if (key === "d" && !isText(event.target)) return keys.duplicate;
  return null;
}

function isText(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("input, textarea, select, [contenteditable]") !== null;
}
