import { useRef } from "react";
import { Button, IconButton } from "../../ui/button.tsx";
import { Field } from "../../ui/field.tsx";
import { useFormat } from "../../words/format.ts";
import { useWords } from "../../words/language.ts";
import type { TemplateButton } from "../components.ts";
import { words } from "../words.ts";
import { CountedText } from "./counted_text.tsx";

type Kind = "QUICK_REPLY" | "URL" | "PHONE_NUMBER" | "COPY_CODE" | "FLOW" | "VOICE_CALL";
const KINDS: readonly Kind[] = ["QUICK_REPLY", "URL", "PHONE_NUMBER", "COPY_CODE", "FLOW", "VOICE_CALL"];

/** The list of buttons: added, changed, moved and removed. */
export function ButtonsEditor({
  buttons,
  limit = 10,
  problem,
  onChange,
}: {
  buttons: readonly TemplateButton[];
  limit?: number;
  problem: string | null;
  onChange: (buttons: readonly TemplateButton[]) => void;
}) {
  const texts = useWords(words);
  const add = useRef<HTMLDivElement>(null);
  const replace = (at: number, button: TemplateButton) =>
    onChange(buttons.map((each, i) => (i === at ? button : each)));
  const move = (at: number, by: -1 | 1) => {
    const moved = buttons.toSpliced(at, 1);
    onChange(moved.toSpliced(at + by, 0, buttons[at]!));
  };
  const remove = (at: number) => {
    onChange(buttons.toSpliced(at, 1));
    add.current?.querySelector("button")?.focus();
  };
  const problemAt = (at: number) => {
    const start = `buttons[${at}]`;
    return problem?.startsWith(start) ? problem.slice(start.length).replace(/^[. ]/, "") : null;
  };
  return (
    <fieldset className="form-group">
      <legend>{texts.buttons}</legend>
      {buttons.map((button, i) => (
        <ButtonEditor
          // biome-ignore lint/suspicious/noArrayIndexKey: buttons have no other name
          key={i}
          button={button}
          problem={problemAt(i)}
          onChange={(changed) => replace(i, changed)}
          onUp={i > 0 ? () => move(i, -1) : null}
          onDown={i < buttons.length - 1 ? () => move(i, 1) : null}
          onRemove={() => remove(i)}
        />
      ))}
      {problem && !problem.startsWith("buttons[") && <span className="error">{problem}</span>}
      <div ref={add}>
        <Button
          icon="plus"
          disabled={buttons.length >= limit}
          onClick={() => onChange([...buttons, { type: "QUICK_REPLY", text: "" }])}
        >
          {texts.addButton}
        </Button>
      </div>
    </fieldset>
  );
}

function ButtonEditor({
  button,
  problem,
  onChange,
  onUp,
  onDown,
  onRemove,
}: {
  button: TemplateButton;
  problem: string | null;
  onChange: (button: TemplateButton) => void;
  onUp: (() => void) | null;
  onDown: (() => void) | null;
  onRemove: () => void;
}) {
  const texts = useWords(words);
  const kind = button.type.toUpperCase();
  const isKnown = KINDS.includes(kind as Kind);
  return (
    <div className="form-item">
      <div className="row wrap">
        <select
          className="input narrow"
          aria-label={texts.buttonKind}
          value={kind}
          onChange={({ target }) => onChange({ type: target.value, text: button.text ?? "" })}
        >
          {KINDS.map((each) => (
            <option key={each} value={each}>
              {texts.buttonType[each]}
            </option>
          ))}
          {!isKnown && <option value={kind}>{kind}</option>}
        </select>
        <span className="row tight end">
          <IconButton label={texts.moveUp} icon="up" disabled={!onUp} onClick={() => onUp?.()} />
          <IconButton label={texts.moveDown} icon="down" disabled={!onDown} onClick={() => onDown?.()} />
          <IconButton label={texts.removeButton} icon="trash" onClick={onRemove} />
        </span>
      </div>
      {kind !== "COPY_CODE" && (
        <CountedText
          label={texts.buttonText}
          value={button.text ?? ""}
          limit={25}
          onChange={(text) => onChange({ ...button, text })}
        />
      )}
      <ButtonValues button={button} onChange={onChange} />
      {problem && <span className="error">{problem}</span>}
    </div>
  );
}

/** What the kind of a button needs besides its label. */
function ButtonValues({
  button,
  onChange,
}: {
  button: TemplateButton;
  onChange: (button: TemplateButton) => void;
}) {
  const texts = useWords(words);
  const format = useFormat();
  const kind = button.type.toUpperCase();
  const text = (key: string) => String((Array.isArray(button[key]) ? button[key][0] : button[key]) ?? "");
  const set = (key: string, value: unknown) => onChange({ ...button, [key]: value });
  const input = (
    label: string,
    value: string,
    change: (value: string) => void,
    hint?: string,
    type = "text",
  ) => (
    <Field label={label} hint={hint}>
      {(given) => (
        <input
          {...given}
          className="input"
          type={type}
          value={value}
          onChange={({ target }) => change(target.value)}
        />
      )}
    </Field>
  );
  if (kind === "URL") {
    return (
      <>
        {input(texts.url, text("url"), (value) => set("url", value), texts.urlHint)}
        {text("url").includes("{{") &&
          input(texts.urlExample, text("example"), (value) => set("example", [value]))}
      </>
    );
  }
  if (kind === "PHONE_NUMBER")
    return input(texts.phone, text("phone_number"), (value) => set("phone_number", value), undefined, "tel");
  if (kind === "COPY_CODE")
    return input(
      texts.code,
      text("example"),
      (value) => set("example", value),
      texts.count(format.number(text("example").length), format.number(20)),
    );
  if (kind === "FLOW") return input(texts.flowId, text("flow_id"), (value) => set("flow_id", value));
  return null;
}
