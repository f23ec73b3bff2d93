import { IconButton } from "../../ui/button.tsx";
import { useWords } from "../../words/language.ts";
import type { Json, JsonObject } from "../graph/draft.ts";
import { inspectorWords } from "../words/inspector_words.ts";
import type { Given } from "./field_editor.tsx";
import { TextInput } from "./text_input.tsx";

/** Names and values, a row each; the last row is empty and becomes a pair when it is filled. */
export function PairsEditor({
  given,
  value,
  onChange,
}: {
  given: Given;
  value: JsonObject;
  onChange: (value: JsonObject | undefined) => void;
}) {
  const texts = useWords(inspectorWords);
  const pairs = Object.entries(value);
  const store = (next: [string, Json][]) => {
    const kept = next.filter(([name, each]) => name !== "" || each !== "");
    onChange(kept.length === 0 ? undefined : Object.fromEntries(kept));
  };
  const set = (index: number, pair: [string, Json]) => store(pairs.with(index, pair));
  return (
    <div className="pairs">
      {pairs.map(([name, each], index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the name is what is edited
        <div key={index} className="row">
          <TextInput
            aria-label={`${texts.name} ${index + 1}`}
            value={name}
            onChange={(next) => (next === name || !Object.hasOwn(value, next)) && set(index, [next, each])}
          />
          <TextInput
            aria-label={`${texts.value} ${index + 1}`}
            value={typeof each === "string" ? each : JSON.stringify(each)}
            onChange={(next) => set(index, [name, next])}
          />
          <IconButton
            label={texts.removeItem}
            icon="minus"
            onClick={() => store(pairs.filter((_, other) => other !== index))}
          />
        </div>
      ))}
      <div className="row">
        <TextInput
          {...given}
          placeholder={texts.name}
          value=""
          onChange={(name) => name !== "" && !Object.hasOwn(value, name) && store([...pairs, [name, ""]])}
        />
      </div>
    </div>
  );
}
