import { type ReactNode, useId, useLayoutEffect, useRef } from "react";

/**
 * A modal dialog, open while it is drawn. The browser keeps the focus inside, closes it by Escape, and gives the focus back to where
 * it was.
 */
export function Dialog({
  title,
  isWide = false,
  closesOutside = true,
  onClose,
  children,
}: {
  title: string;
  isWide?: boolean;
  /** Whether a click beside it closes it: not where something would be lost. */
  closesOutside?: boolean;
  onClose: () => void;
  children: ReactNode;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useLayoutEffect(() => {
    const element = dialog.current!;
    element.showModal();
    // While it is still in the document: only then the browser gives the focus back.
    return () => element.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      className={isWide ? "dialog wide" : "dialog"}
      aria-labelledby={id}
      onClose={onClose}
      // React's types do not know this attribute yet.
      {...{ closedby: closesOutside ? "any" : "closerequest" }}
    >
      <div className="body">
        <h2 id={id}>{title}</h2>
        {children}
      </div>
    </dialog>
  );
}
