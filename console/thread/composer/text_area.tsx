import { useEffect } from "react";
import type { useSuggestions } from "./suggestions.tsx";

/** The text of the next message: it grows with its lines, sends by Enter, and takes files that are pasted. */
export function TextArea({
  ref,
  text,
  label,
  placeholder,
  suggestions,
  onText,
  onCaret,
  onSend,
  onMark,
  onFiles,
  onLeave,
}: {
  ref: React.RefObject<HTMLTextAreaElement | null>;
  text: string;
  label: string;
  placeholder: string;
  suggestions: ReturnType<typeof useSuggestions>;
  onText: (text: string) => void;
  onCaret: (caret: number) => void;
  onSend: (closes?: boolean) => void;
  onMark: (sign: string) => void;
  onFiles: (files: Iterable<File>) => void;
  onLeave: () => void;
}) {
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is as high as its text
  useEffect(() => {
    const element = ref.current;
    if (!element) return;
    element.style.height = "auto";
    element.style.height = `${element.scrollHeight + 2}px`;
  }, [text]);
  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.nativeEvent.isComposing || suggestions.onKeyDown(event)) return;
    const isModified = event.ctrlKey || event.metaKey;
    const sign = isModified ? { b: "*", i: "_" }[event.key.toLowerCase()] : undefined;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      onSend(isModified);
    } else if (sign) {
      event.preventDefault();
      onMark(sign);
    } else if (event.key === "Escape") onLeave();
  };
  return (
    <textarea
      ref={ref}
      rows={1}
      dir="auto"
      aria-label={label}
      placeholder={placeholder}
      value={text}
      {...suggestions.described}
      onChange={({ target }) => {
        onText(target.value);
        onCaret(target.selectionStart);
      }}
      onSelect={({ currentTarget }) => onCaret(currentTarget.selectionStart)}
      onBlur={() => onCaret(-1)}
      onKeyDown={onKeyDown}
      onPaste={(event) => {
        if (event.clipboardData.files.length === 0) return;
        event.preventDefault();
        onFiles(event.clipboardData.files);
      }}
    />
  );
}
