import { useState } from "react";
import { useWords } from "../../words/language.ts";
import type { Json } from "../graph/draft.ts";
import { inspectorWords } from "../words/inspector_words.ts";
import type { Given } from "./field_editor.tsx";

/**
 * Any JSON. A text is written as it is, everything else as JSON; what is not valid yet stays in the field and is not stored.
 * `isObject`: only JSON is stored.
 */
export function JsonEditor({
  given,
  value,
  onChange,
  isObject = false,
}: {
  given: Given;
  value: Json | undefined;
  onChange: (value: Json | undefined) => void;
  isObject?: boolean;
}) {
  const texts = useWords(inspectorWords);
  const [typed, setTyped] = useState<{ text: string; as: Json | undefined } | null>(null);
  const [isJson, setJson] = useState(isObject || (value !== undefined && typeof value !== "string"));
  // What is typed is shown as typed, until the value is changed by something else.
  const text = typed && typed.as === value ? typed.text : write(value, isJson);
  const read = isJson ? parse(text) : text;
  const edit = (next: string, asJson = isJson) => {
    const parsed = asJson ? parse(next) : next;
    const stored = next === "" ? undefined : parsed === NOT_JSON ? value : parsed;
    setTyped({ text: next, as: stored });
    onChange(stored);
  };
  return (
    <>
      <textarea
        {...given}
        className="input"
        rows={isJson ? 4 : 2}
        spellCheck={!isJson}
        value={text}
        onChange={({ target }) => edit(target.value)}
      />
      {!isObject && (
        <label className="row">
          <input
            type="checkbox"
            checked={isJson}
            onChange={({ target }) => {
              setJson(target.checked);
              edit(text, target.checked);
            }}
          />
          {texts.asJson}
        </label>
      )}
      {read === NOT_JSON && text !== "" && (
        <span className="error" role="status">
          {texts.notJson}
        </span>
      )}
    </>
  );
}

const NOT_JSON = Symbol("not JSON");

function parse(text: string): Json | typeof NOT_JSON {
  try {
    return JSON.parse(text);
  } catch {
    return NOT_JSON;
  }
}

function write(value: Json | undefined, isJson: boolean): string {
  if (value === undefined) return "";
  return typeof value === "string" && !isJson ? value : JSON.stringify(value, null, 2);
}
