import { useState } from "react";
import { Field } from "../../ui/field.tsx";
import { useWords } from "../../words/language.ts";
import { words } from "./words.ts";

/** The filter as text. What is not JSON is kept while it is typed, and not passed on. */
export function JsonEditor({ value, onChange }: { value: unknown; onChange: (value: unknown) => void }) {
  const texts = useWords(words);
  const [text, setText] = useState(() => JSON.stringify(value, null, 2));
  const [isInvalid, setInvalid] = useState(false);
  const change = (next: string) => {
    setText(next);
    try {
      onChange(JSON.parse(next));
      setInvalid(false);
    } catch {
      setInvalid(true);
    }
  };
  return (
    <Field label={texts.jsonLabel} hint={texts.jsonHint} error={isInvalid ? texts.jsonInvalid : undefined}>
      {(given) => (
        <textarea
          {...given}
          className="input code"
          rows={12}
          spellCheck={false}
          dir="ltr"
          value={text}
          onChange={({ target }) => change(target.value)}
        />
      )}
    </Field>
  );
}
