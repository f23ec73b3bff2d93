import { useState } from "react";
import { Button, IconButton } from "../../ui/button.tsx";
import { useWords } from "../../words/language.ts";
import { isObject, type Json, type JsonObject } from "../graph/draft.ts";
import { inspectorWords } from "../words/inspector_words.ts";

/** The list that a kind of trigger has. */
const LISTS = {
  keyword: "words",
  template_button: "payloads",
  referral: "sourceIds",
  deep_link: "codes",
  api: "names",
} as const;

/** What starts a run. */
export function TriggersEditor({
  value,
  onChange,
}: {
  value: Json | undefined;
  onChange: (value: Json | undefined) => void;
}) {
  const texts = useWords(inspectorWords);
  const triggers = Array.isArray(value) ? value.filter(isObject) : [];
  const store = (next: JsonObject[]) => onChange(next.length === 0 ? undefined : next);
  return (
    <div className="items">
      {triggers.map((trigger, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: triggers have no other name
        <div key={index} className="item">
          <TriggerForm trigger={trigger} onChange={(next) => store(triggers.with(index, next))} />
          <IconButton
            label={texts.removeItem}
            icon="trash"
            onClick={() => store(triggers.toSpliced(index, 1))}
          />
        </div>
      ))}
      <Button
        icon="plus"
        onClick={() => store([...triggers, { kind: "keyword", words: [], match: "exact" }])}
      >
        {texts.addTrigger}
      </Button>
    </div>
  );
}

function TriggerForm({
  trigger,
  onChange,
}: {
  trigger: JsonObject;
  onChange: (trigger: JsonObject) => void;
}) {
  const texts = useWords(inspectorWords);
  const kind = String(trigger.kind ?? "any");
  const list = Object.hasOwn(LISTS, kind) ? LISTS[kind as keyof typeof LISTS] : null;
  return (
    <div className="stack tight">
      <select
        className="input"
        aria-label={texts.triggerKind}
        value={kind}
        onChange={({ target }) => onChange({ ...trigger, kind: target.value })}
      >
        {Object.entries(texts.triggers).map(([each, title]) => (
          <option key={each} value={each}>
            {title}
          </option>
        ))}
      </select>
      {list && (
        <CommaList
          label={texts.triggerLists[list]}
          value={trigger[list]}
          onChange={(next) => onChange({ ...trigger, [list]: next })}
        />
      )}
      {kind === "keyword" && (
        <select
          className="input"
          aria-label={texts.match}
          value={String(trigger.match ?? "exact")}
          onChange={({ target }) => onChange({ ...trigger, match: target.value })}
        >
          {Object.entries(texts.matches).map(([each, title]) => (
            <option key={each} value={each}>
              {title}
            </option>
          ))}
        </select>
      )}
    </div>
  );
}

/** Words between commas. While it is written in, the text stays as typed. */
export function CommaList({
  label,
  value,
  onChange,
}: {
  label: string;
  value: Json | undefined;
  onChange: (value: string[]) => void;
}) {
  const words = Array.isArray(value) ? value.map(String) : [];
  const [typed, setTyped] = useState(words.join(", "));
  const isTyped = split(typed).join("\n") === words.join("\n");
  return (
    <input
      className="input"
      aria-label={label}
      placeholder={label}
      title={label}
      value={isTyped ? typed : words.join(", ")}
      onChange={({ target }) => {
        setTyped(target.value);
        onChange(split(target.value));
      }}
    />
  );
}

function split(text: string): string[] {
  return text
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== "");
}
