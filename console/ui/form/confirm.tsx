import type { ReactNode } from "react";
import { useWords } from "../../words/language.ts";
import { words } from "../words.ts";
import { FormDialog } from "./form_dialog.tsx";

/** Asks before something is done that cannot be undone. It stays open with the reason if the API refuses it. */
export function Confirm({
  title,
  action,
  isDanger = false,
  onConfirm,
  onClose,
  children,
}: {
  title: string;
  /** What the button says. Defaults to "Delete". */
  action?: string;
  isDanger?: boolean;
  onConfirm: () => unknown;
  onClose: () => void;
  children?: ReactNode;
}) {
  const texts = useWords(words);
  return (
    <FormDialog
      title={title}
      submitLabel={action ?? texts.remove}
      isDanger={isDanger}
      onSubmit={async () => void (await onConfirm())}
      onClose={onClose}
    >
      {children}
    </FormDialog>
  );
}
