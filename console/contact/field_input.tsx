import { Field } from "../ui/field.tsx";
import { useWords } from "../words/language.ts";
import type { CustomField } from "./documents.ts";
import { words } from "./words.ts";

/** The control for a custom field: what its type allows. */
export function FieldInput({
  field: { key, label, description, type, choices, isSensitive },
  value,
  onChange,
}: {
  field: CustomField;
  value: string;
  onChange: (value: string) => void;
}) {
  const texts = useWords(words);
  const options: readonly (readonly [string, string])[] | null =
    type === "boolean"
      ? [
          ["true", texts.yes],
          ["false", texts.no],
        ]
      : type === "choice"
        ? (choices ?? []).map((choice) => [choice, choice] as const)
        : null;
  return (
    <Field label={label ?? key} hint={isSensitive ? texts.sensitive : description}>
      {(given) =>
        options ? (
          <select
            {...given}
            className="input"
            value={value}
            onChange={({ target }) => onChange(target.value)}
          >
            <option value="">{texts.unset}</option>
            {options.map(([each, text]) => (
              <option key={each} value={each}>
                {text}
              </option>
            ))}
          </select>
        ) : (
          <input
            {...given}
            className="input"
            type={type === "date" ? "date" : "text"}
            inputMode={type === "number" ? "decimal" : undefined}
            dir="auto"
            autoComplete="off"
            value={value}
            onChange={({ target }) => onChange(target.value)}
          />
        )
      }
    </Field>
  );
}
