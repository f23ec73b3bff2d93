import { useRef } from "react";
import { Button } from "../../ui/button.tsx";
import { Field } from "../../ui/field.tsx";
import { useFormat } from "../../words/format.ts";
import { useWords } from "../../words/language.ts";
import { type Format, nextVariable } from "../components.ts";
import { words } from "../words.ts";

/** A text with a limit that is counted while it is written, and perhaps with variables. */
export function CountedText({
  label,
  value,
  limit,
  isLong = false,
  hint,
  error,
  variables,
  onChange,
}: {
  label: string;
  value: string;
  limit: number;
  isLong?: boolean;
  hint?: string;
  error?: string | null;
  /** Present: a button adds a variable of this format where the cursor is. */
  variables?: Format;
  onChange: (value: string) => void;
}) {
  const texts = useWords(words);
  const format = useFormat();
  const control = useRef<HTMLTextAreaElement & HTMLInputElement>(null);
  const length = [...value].length;
  const addVariable = () => {
    const { selectionStart, selectionEnd } = control.current!;
    const added = nextVariable(value, variables!);
    const start = selectionStart ?? value.length;
    onChange(value.slice(0, start) + added + value.slice(selectionEnd ?? start));
    // After the new text has been drawn.
    requestAnimationFrame(() => {
      control.current?.focus();
      control.current?.setSelectionRange(start + added.length, start + added.length);
    });
  };
  const counted = texts.count(format.number(length), format.number(limit));
  return (
    <Field
      label={label}
      hint={
        <span className="row spread">
          <span>{hint}</span>
          <span className={length > limit ? "over" : undefined}>{counted}</span>
        </span>
      }
      error={error ?? undefined}
    >
      {(given) => {
        const shared = {
          ...given,
          ref: control,
          className: "input",
          dir: "auto",
          value,
          onChange: ({ target }: { target: { value: string } }) => onChange(target.value),
        };
        return (
          <>
            {isLong ? <textarea {...shared} rows={6} /> : <input {...shared} />}
            {variables && (
              <Button look="quiet" icon="plus" className="small" onClick={addVariable}>
                {texts.addVariable}
              </Button>
            )}
          </>
        );
      }}
    </Field>
  );
}
