import type { ReactNode } from "react";
import { useWords } from "../words/language.ts";
import { Button } from "./button.tsx";
import { Dialog } from "./dialog.tsx";
import { words } from "./words.ts";

/** Asks before something is done that cannot be undone. */
export function Confirm({
  title,
  action,
  isDanger = false,
  onConfirm,
  onClose,
  children,
}: {
  title: string;
  /** What the button says: "Delete". */
  action: string;
  isDanger?: boolean;
  onConfirm: () => void;
  onClose: () => void;
  children?: ReactNode;
}) {
  const { cancel } = useWords(words);
  return (
    <Dialog title={title} onClose={onClose}>
      {children}
      <div className="actions">
        <Button onClick={onClose}>{cancel}</Button>
        <Button
          look={isDanger ? "danger" : "primary"}
          onClick={() => {
            onClose();
            onConfirm();
          }}
        >
          {action}
        </Button>
      </div>
    </Dialog>
  );
}
