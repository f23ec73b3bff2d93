import { useState } from "react";
import { useWords } from "../../words/language.ts";
import type { FieldType, Named } from "./fields.ts";
import { TimeEditor } from "./time_editor.tsx";
import { words } from "./words.ts";

type Props = {
  label: string;
  field: FieldType;
  operator: string;
  value: unknown;
  names: (type: string) => readonly Named[];
  onChange: (value: unknown) => void;
};

const REFERENCES: ReadonlySet<string> = new Set([
  ...["tag", "group", "segment", "campaign", "team", "user", "channel", "chatbot"],
]);

/** What a field is compared with, as its type and the operator demand. */
export function ValueEditor(props: Props) {
  const texts = useWords(words);
  const { label, field, operator, value, onChange } = props;
  if (operator === "isEmpty" || field.type === "boolean")
    return (
      <select
        className="input narrow"
        aria-label={label}
        value={String(value)}
        onChange={({ target }) => onChange(target.value === "true")}
      >
        <option value="true">{texts.yes}</option>
        <option value="false">{texts.no}</option>
      </select>
    );
  if (operator === "before" || operator === "after")
    return <TimeEditor label={label} value={String(value)} onChange={onChange} />;
  const options = optionsOf(props, texts);
  const isList = operator === "in" || operator === "notIn";
  if (options)
    return isList ? <Several {...props} options={options} /> : <One {...props} options={options} />;
  return <Typed {...props} isList={isList} />;
}

/** The values that can be chosen. Null: any can be typed. */
function optionsOf({ field, names }: Props, texts: typeof words.en): readonly Named[] | null {
  if (field.type === "choice")
    return field.choices.map((id) => ({ id, name: texts.choices[id as keyof typeof texts.choices] ?? id }));
  return REFERENCES.has(field.type) ? names(field.type) : null;
}

/** A reference may also be the name, regardless of case. */
function matches({ id, name }: Named, value: unknown): boolean {
  return id === value || (typeof value === "string" && name.toLowerCase() === value.toLowerCase());
}

function One({ label, value, options, onChange }: Props & { options: readonly Named[] }) {
  const texts = useWords(words);
  const chosen = options.find((each) => matches(each, value));
  return (
    <select
      className="input narrow"
      aria-label={label}
      value={chosen?.id ?? String(value)}
      onChange={({ target }) => onChange(target.value)}
    >
      <option value="">{texts.choose}</option>
      {!chosen && value !== "" && <option value={String(value)}>{String(value)}</option>}
      {options.map(({ id, name }) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
    </select>
  );
}

function Several({ label, value, options, onChange }: Props & { options: readonly Named[] }) {
  const chosen = Array.isArray(value) ? value : [];
  const others = chosen.filter((each) => !options.some((option) => matches(option, each)));
  const toggle = (option: Named) => {
    const without = chosen.filter((each) => !matches(option, each));
    onChange(without.length === chosen.length ? [...chosen, option.id] : without);
  };
  return (
    <fieldset className="several" aria-label={label}>
      {options.map((option) => (
        <label key={option.id}>
          <input
            type="checkbox"
            checked={chosen.some((each) => matches(option, each))}
            onChange={() => toggle(option)}
          />
          {option.name}
        </label>
      ))}
      {others.map((each) => (
        <label key={String(each)}>
          <input type="checkbox" checked onChange={() => onChange(chosen.filter((one) => one !== each))} />
          {String(each)}
        </label>
      ))}
    </fieldset>
  );
}

/** A value that is typed: a text, a number, a day or JSON; several are separated by commas. */
function Typed({ label, field, value, isList, onChange }: Props & { isList: boolean }) {
  const texts = useWords(words);
  const isNumber = field.type === "number";
  const isJson = field.type === "json";
  const write = (each: unknown) =>
    isJson && typeof each !== "string" ? JSON.stringify(each) : String(each ?? "");
  const read = (text: string): unknown => {
    if (isNumber) return text === "" ? "" : Number(text);
    if (!isJson) return text;
    try {
      return JSON.parse(text);
    } catch {
      return text;
    }
  };
  const [text, setText] = useState(() =>
    isList && Array.isArray(value) ? value.map(write).join(", ") : write(value),
  );
  const change = (next: string) => {
    setText(next);
    const items = () =>
      next
        .split(",")
        .map((each) => each.trim())
        .filter((each) => each !== "")
        .map(read);
    onChange(isList ? items() : read(next));
  };
  return (
    <input
      className="input narrow"
      aria-label={isList ? `${label}. ${texts.values}` : label}
      placeholder={isList ? texts.values : undefined}
      type={isList ? "text" : isNumber ? "number" : field.type === "date" ? "date" : "text"}
      step="any"
      value={text}
      onChange={({ target }) => change(target.value)}
    />
  );
}
