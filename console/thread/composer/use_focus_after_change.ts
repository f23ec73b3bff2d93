import { type RefObject, useEffect, useRef } from "react";

/** When the window closes or opens while somebody writes, the focus goes to what has come in place of the text. */
export function useFocusAfterChange(root: RefObject<HTMLDivElement | null>, isWritable: boolean): void {
  const hadFocus = useRef(false);
  const before = useRef(isWritable);
  if (before.current === isWritable)
    hadFocus.current = root.current?.contains(document.activeElement) ?? false;
  useEffect(() => {
    if (before.current === isWritable) return;
    before.current = isWritable;
    if (hadFocus.current || document.activeElement === document.body)
      root.current?.querySelector<HTMLElement>("textarea, input, [tabindex]")?.focus();
  }, [isWritable, root]);
}
