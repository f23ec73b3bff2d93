import { type FormEvent, type ReactNode, useState } from "react";
import { type Problem, problemOf } from "../../graphql/problem.ts";
import { useWords } from "../../words/language.ts";
import { Button } from "../button.tsx";
import { Dialog } from "../dialog.tsx";
import { Failed } from "../states.tsx";
import { words } from "../words.ts";
import { FormProblem } from "./fields.tsx";

/** A form in a dialog, which closes when it was saved. What the API refuses is said at the field that it is about. */
export function FormDialog({
  title,
  submitLabel,
  isDanger = false,
  isWide = false,
  onSubmit,
  onClose,
  children,
}: {
  title: string;
  submitLabel?: string;
  isDanger?: boolean;
  isWide?: boolean;
  /** Returns false where the dialog is to stay open. */
  onSubmit: (form: FormData) => Promise<unknown>;
  onClose: () => void;
  children: ReactNode;
}) {
  const texts = useWords(words);
  return (
    <Dialog title={title} isWide={isWide} closesOutside={false} onClose={onClose}>
      <Form
        submitLabel={submitLabel ?? texts.save}
        isDanger={isDanger}
        cancel={texts.cancel}
        onCancel={onClose}
        onSubmit={async (form) => {
          if ((await onSubmit(form)) !== false) onClose();
        }}
      >
        {children}
      </Form>
    </Dialog>
  );
}

/** A form that sends what was entered, and says what the API found wrong with it. */
export function Form({
  submitLabel,
  isDanger = false,
  cancel,
  onCancel,
  onSubmit,
  children,
}: {
  submitLabel: string;
  isDanger?: boolean;
  cancel?: string;
  onCancel?: () => void;
  onSubmit: (form: FormData) => Promise<unknown>;
  children: ReactNode;
}) {
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isBusy, setBusy] = useState(false);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    event.stopPropagation();
    const form = event.currentTarget;
    setBusy(true);
    setProblem(null);
    try {
      await onSubmit(new FormData(form));
    } catch (error) {
      const { field, ...rest } = problemOf(error);
      const control = field === undefined ? null : form.elements.namedItem(field);
      setProblem(control && field !== undefined ? { ...rest, field } : rest);
      if (control instanceof HTMLElement) control.focus();
    } finally {
      setBusy(false);
    }
  };
  return (
    <form className="stack" onSubmit={submit}>
      {problem && problem.field === undefined && <Failed message={problem.message} />}
      <FormProblem value={problem}>{children}</FormProblem>
      <div className="actions">
        {onCancel && <Button onClick={onCancel}>{cancel}</Button>}
        <Button
          look={isDanger ? "danger" : "primary"}
          type="submit"
          disabled={isBusy}
          aria-busy={isBusy || undefined}
        >
          {submitLabel}
        </Button>
      </div>
    </form>
  );
}
