import { useId, useMemo, useRef } from "react";
import { Menu } from "../../ui/menu.tsx";
import { useWords } from "../../words/language.ts";
import { useBuilder } from "../builder/builder_context.ts";
import { variablesOf } from "../graph/variables.ts";
import { inspectorWords } from "../words/inspector_words.ts";
import type { Given } from "./field_editor.tsx";
import { TextArea, TextInput } from "./text_input.tsx";

type Props = Given & { value: string; placeholder?: string; onChange: (value: string) => void };

/** A text with variables in it, which a menu inserts where the cursor is. */
export function TemplateEditor({ value, onChange, limit, ...given }: Props & { limit: number | null }) {
  const texts = useWords(inspectorWords);
  const wrapper = useRef<HTMLDivElement>(null);
  const names = useVariableNames();
  const insert = (name: string) => {
    const field = wrapper.current?.querySelector("textarea");
    const [start, end] = [field?.selectionStart ?? value.length, field?.selectionEnd ?? value.length];
    onChange(`${value.slice(0, start)}{{${name}}}${value.slice(end)}`);
    field?.focus();
  };
  return (
    <div ref={wrapper} className="template">
      <TextArea {...given} rows={limit !== null && limit <= 80 ? 1 : 3} value={value} onChange={onChange} />
      <Menu
        label={texts.insertVariable}
        className="button quiet insert"
        trigger={
          <>
            <span aria-hidden="true">{"{ }"}</span>
            <span className="visually-hidden">{texts.insertVariable}</span>
          </>
        }
        items={names.map((name) => ({ label: name, onSelect: () => insert(name) }))}
      />
    </div>
  );
}

/** The path of a variable, with those that are known to choose from. */
export function VariableInput(props: Props) {
  const id = useId();
  const names = useVariableNames();
  return (
    <>
      <TextInput {...props} list={id} spellCheck={false} />
      <datalist id={id}>
        {names.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
    </>
  );
}

function useVariableNames(): string[] {
  const { draft, kinds } = useBuilder();
  return useMemo(
    () =>
      variablesOf(draft, kinds)
        .filter(({ setBy, isSystem }) => isSystem || setBy.length > 0)
        .map(({ name }) => (name === "contact" ? "contact.name" : name)),
    [draft, kinds],
  );
}
