import type { ReactNode } from "react";
import { useWords } from "../../words/language.ts";
import { type Named, useFields, withOperator } from "./fields.ts";
import type { Condition, Kind } from "./filter.ts";
import { fieldName } from "./part_editor.tsx";
import { ValueEditor } from "./value_editor.tsx";
import { words } from "./words.ts";

/** A row of the form: field, operator, value. */
export function ConditionEditor({
  condition,
  kind,
  names,
  isNegated,
  tools,
  onChange,
}: {
  condition: Condition;
  kind: Kind;
  names: (type: string) => readonly Named[];
  isNegated: boolean;
  tools: ReactNode;
  onChange: (condition: Condition) => void;
}) {
  const texts = useWords(words);
  const known = useFields(kind);
  const type = known?.fields.find(({ name }) => name === condition.field);
  const name = fieldName(condition.field, texts, names);
  if (!known) return null;
  return (
    <fieldset className={isNegated ? "part condition negated" : "part condition"} aria-label={name}>
      <span className="field-name">
        {isNegated && <span className="badge warning">{texts.negated}</span>} {name}
      </span>
      {type ? (
        <>
          {type.type === "json" && (
            <input
              className="input narrow"
              aria-label={texts.path}
              placeholder={texts.path}
              value={condition.path?.join(".") ?? ""}
              onChange={({ target }) => {
                const { path: _, ...rest } = condition;
                onChange(target.value === "" ? rest : { ...rest, path: target.value.split(".") });
              }}
            />
          )}
          <select
            className="input narrow"
            aria-label={`${name}: ${texts.operator}`}
            value={condition.operator}
            onChange={({ target }) => onChange(withOperator(condition, target.value, type))}
          >
            {type.operators.map((each) => (
              <option key={each} value={each}>
                {texts.operators[each as keyof typeof texts.operators] ?? each}
              </option>
            ))}
          </select>
          <ValueEditor
            label={`${name}: ${texts.value}`}
            field={type}
            operator={condition.operator}
            value={condition.value}
            names={names}
            onChange={(value) => onChange({ ...condition, value })}
          />
        </>
      ) : (
        <span className="problem">{texts.kept}</span>
      )}
      {tools}
    </fieldset>
  );
}
