import type { InputHTMLAttributes, TextareaHTMLAttributes } from "react";

type Given<Attributes> = Omit<Attributes, "onChange" | "value"> & {
  value: string;
  onChange: (value: string) => void;
};

/** A text field that reports its text. */
export function TextInput({
  onChange,
  className = "input",
  ...rest
}: Given<InputHTMLAttributes<HTMLInputElement>>) {
  return <input {...rest} className={className} onChange={({ target }) => onChange(target.value)} />;
}

export function TextArea({
  onChange,
  className = "input",
  ...rest
}: Given<TextareaHTMLAttributes<HTMLTextAreaElement>>) {
  return <textarea {...rest} className={className} onChange={({ target }) => onChange(target.value)} />;
}
