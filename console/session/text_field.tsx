import type { InputHTMLAttributes, ReactNode } from "react";
import { Field } from "../ui/field.tsx";

type Props = Omit<InputHTMLAttributes<HTMLInputElement>, "onChange" | "value"> & {
  label: string;
  hint?: ReactNode;
  value: string;
  onValue: (value: string) => void;
};

/** A field of the forms that people see before they have signed in. */
export function TextField({ label, hint, onValue, ...input }: Props) {
  return (
    <Field label={label} hint={hint}>
      {(given) => (
        <input {...input} {...given} className="input" onChange={({ target }) => onValue(target.value)} />
      )}
    </Field>
  );
}
