import { createContext, type ReactNode, useContext } from "react";
import type { Problem } from "../../graphql/problem.ts";
import { Field } from "../field.tsx";

/** What the API found wrong with a form that was sent; its `field` is the name of a control. */
export const FormProblem = createContext<Problem | null>(null);

type Common = { name: string; label: string; hint?: ReactNode };

function useError(name: string): string | undefined {
  const problem = useContext(FormProblem);
  return problem?.field === name ? problem.message : undefined;
}

/** A text of one line; `rows` makes it longer. What was entered stays in the control until the form is sent. */
export function TextInput({
  name,
  label,
  hint,
  value,
  rows,
  type = "text",
  ...rest
}: Common & {
  value?: string | number | null | undefined;
  rows?: number;
  type?: string;
  required?: boolean;
  minLength?: number;
  maxLength?: number;
  min?: number | string;
  max?: number | string;
  step?: number | string;
  pattern?: string;
  placeholder?: string;
  autoComplete?: string;
  inputMode?: "numeric" | "decimal" | "tel" | "url";
  spellCheck?: boolean;
  list?: string;
  onInput?: (value: string) => void;
}) {
  const { onInput, list, ...attributes } = rest;
  return (
    <Field label={label} hint={hint} error={useError(name)}>
      {(given) =>
        rows === undefined ? (
          <input
            {...attributes}
            {...given}
            list={list}
            className="input"
            name={name}
            type={type}
            defaultValue={value ?? ""}
            onInput={(event) => onInput?.(event.currentTarget.value)}
          />
        ) : (
          <textarea
            {...given}
            className="input"
            name={name}
            rows={rows}
            required={rest.required}
            maxLength={rest.maxLength}
            placeholder={rest.placeholder}
            spellCheck={rest.spellCheck}
            defaultValue={value ?? ""}
            onInput={(event) => onInput?.(event.currentTarget.value)}
          />
        )
      }
    </Field>
  );
}

export type Option = { value: string; label: string };

export function Select({
  name,
  label,
  hint,
  value,
  options,
  onSelect,
  required,
  disabled,
}: Common & {
  value?: string | null | undefined;
  options: readonly Option[];
  onSelect?: (value: string) => void;
  required?: boolean;
  disabled?: boolean;
}) {
  return (
    <Field label={label} hint={hint} error={useError(name)}>
      {(given) => (
        <select
          {...given}
          className="input"
          name={name}
          required={required}
          disabled={disabled}
          defaultValue={value ?? ""}
          onChange={({ target }) => onSelect?.(target.value)}
        >
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

/** A choice that is on or off, with what it means beside it. */
export function Check({
  name,
  label,
  hint,
  isOn,
  value = "on",
  disabled,
}: Common & { isOn?: boolean | undefined; value?: string; disabled?: boolean }) {
  return (
    <label className="check">
      <input type="checkbox" name={name} value={value} defaultChecked={isOn} disabled={disabled} />
      <span>
        {label}
        {hint && <span className="hint">{hint}</span>}
      </span>
    </label>
  );
}

/** Fields that belong together. */
export function FieldSet({ legend, children }: { legend: string; children: ReactNode }) {
  return (
    <fieldset className="field-set">
      <legend>{legend}</legend>
      {children}
    </fieldset>
  );
}
