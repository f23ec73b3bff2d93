import { useRef, useState } from "react";
import { toggleMark } from "../bubble/formatting.ts";
import { keepDraft, readDraft } from "./drafts.ts";

/** The text that is written, kept as a draft, and what changes it at the caret. */
export function useText(conversationId: string, mode: "reply" | "note", onTyped: () => void) {
  const area = useRef<HTMLTextAreaElement>(null);
  const [draft, setDraft] = useState(() => readDraft(conversationId));
  const text = draft[mode];
  const setText = (next: string) => {
    const all = { ...draft, [mode]: next };
    setDraft(all);
    keepDraft(conversationId, all);
    if (next !== "") onTyped();
  };
  const setTextAt = (next: string, start: number, end = start) => {
    setText(next);
    requestAnimationFrame(() => {
      area.current?.focus();
      area.current?.setSelectionRange(start, end);
    });
  };
  const selection = () => ({
    start: area.current?.selectionStart ?? text.length,
    end: area.current?.selectionEnd ?? text.length,
  });
  return {
    area,
    draft,
    text,
    setText,
    setTextAt,
    /** Puts something in place of what is selected. */
    insert: (inserted: string) => {
      const { start, end } = selection();
      setTextAt(text.slice(0, start) + inserted + text.slice(end), start + inserted.length);
    },
    /** Marks what is selected as bold, for example, or takes the marks away. */
    mark: (sign: string) => {
      const { start, end } = selection();
      const marked = toggleMark(text, start, end, sign);
      setTextAt(marked.text, marked.start, marked.end);
    },
  };
}
