import type { ReactNode } from "react";
import { Field as Labelled } from "../../ui/field.tsx";
import { useLanguage, useWords } from "../../words/language.ts";
import { useBuilder } from "../builder/builder_context.ts";
import { type GraphNode, isObject, type Json } from "../graph/draft.ts";
import type { Field } from "../graph/kind.ts";
import { fieldLabel } from "../words/field_words.ts";
import { inspectorWords } from "../words/inspector_words.ts";
import { About } from "./about.tsx";
import { ConditionEditor } from "./condition_editor.tsx";
import { JsonEditor } from "./json_editor.tsx";
import { ListEditor } from "./list_editor.tsx";
import { PairsEditor } from "./pairs_editor.tsx";
import { ReferenceEditor } from "./reference_editor.tsx";
import { TemplateEditor, VariableInput } from "./template_editor.tsx";
import { TextArea, TextInput } from "./text_input.tsx";
import { TriggersEditor } from "./triggers_editor.tsx";

export type Path = readonly (string | number)[];
export type OnEdit = (path: Path, value: Json | undefined) => void;

type Props = { node: GraphNode; field: Field; value: Json | undefined; path: Path; onEdit: OnEdit };
/** What ties a control to its label. */
export type Given = {
  id?: string;
  "aria-label"?: string;
  "aria-describedby"?: string | undefined;
  "aria-invalid"?: boolean | undefined;
};

/** A field of a node, as its descriptor says: its type, limits, options and what it refers to. */
export function FieldEditor(props: Props) {
  const { node, field, path, value } = props;
  const language = useLanguage();
  const texts = useWords(inspectorWords);
  const { problems } = useBuilder();
  const name = `data.${path.join(".").replace(/\.(\d+)/g, "[$1]")}`;
  const problem = problems.find((each) => each.graphNodeId === node.id && each.path === name);
  const label = fieldLabel(field.name, language);
  const isTooLong = typeof value === "string" && field.limit != null && value.length > field.limit;
  const isGroup = field.type === "list" || field.name === "conditionGroup";
  const hint = (
    <span lang="en">
      <About text={field.about} />
    </span>
  );
  if (isGroup) {
    return (
      <fieldset className="field">
        <legend>{label}</legend>
        <Control {...props} given={{ "aria-label": label }} />
        <details className="about">
          <summary>?</summary>
          {hint}
        </details>
      </fieldset>
    );
  }
  const error = problem?.severity === "error" ? problem.message : undefined;
  return (
    <Labelled
      label={field.isRequired ? `${label} *` : label}
      hint={
        <>
          {isTooLong && (
            <span className="over">{texts.characters((value as string).length, field.limit!)} </span>
          )}
          {hint}
        </>
      }
      error={error}
    >
      {(given) => <Control {...props} given={given} />}
    </Labelled>
  );
}

function Control({ given, ...props }: Props & { given: Given }): ReactNode {
  const { field, value, path, onEdit } = props;
  const text = typeof value === "string" ? value : value === undefined || value === null ? "" : String(value);
  const set = (next: string) => onEdit(path, next === "" && value === undefined ? undefined : next);
  const placeholder =
    typeof field.default === "string" || typeof field.default === "number" ? String(field.default) : "";
  if (field.name === "conditionGroup")
    return <ConditionEditor value={value} onChange={(next) => onEdit(path, next)} />;
  if (field.name === "triggers")
    return <TriggersEditor value={value} onChange={(next) => onEdit(path, next)} />;
  switch (field.type) {
    case "template":
      return <TemplateEditor {...given} value={text} onChange={set} limit={field.limit ?? null} />;
    case "body":
      return <TextArea {...given} rows={4} value={text} onChange={set} spellCheck={false} />;
    case "number":
      return (
        <input
          {...given}
          className="input"
          type="number"
          value={text}
          min={field.minimum ?? undefined}
          max={field.maximum ?? undefined}
          step="any"
          placeholder={placeholder}
          onChange={({ target }) =>
            onEdit(path, target.value === "" ? undefined : Number.parseFloat(target.value))
          }
        />
      );
    case "boolean":
    case "choice":
      return <ChoiceEditor {...props} given={given} />;
    case "list":
      return <ListEditor {...props} given={given} />;
    case "pairs":
    case "headers":
    case "parameters":
    case "outputs":
      return (
        <PairsEditor
          given={given}
          value={isObject(value) ? value : {}}
          onChange={(next) => onEdit(path, next)}
        />
      );
    case "object":
      return <JsonEditor given={given} value={value} onChange={(next) => onEdit(path, next)} isObject />;
    case "json":
      return <JsonEditor given={given} value={value} onChange={(next) => onEdit(path, next)} />;
    case "secret":
      return <TextInput {...given} type="password" autoComplete="off" value={text} onChange={set} />;
    case "variable":
      return <VariableInput {...given} value={text} onChange={set} />;
    case "node":
    case "reference":
    case "references":
      return <ReferenceEditor {...props} given={given} />;
    default:
      return (
        <TextInput
          {...given}
          value={text}
          placeholder={placeholder}
          onChange={set}
          spellCheck={field.type === "text"}
        />
      );
  }
}

function ChoiceEditor({ field, value, path, onEdit, given }: Props & { given: Given }) {
  const texts = useWords(inspectorWords);
  const isBoolean = field.type === "boolean";
  const options = isBoolean ? ["true", "false"] : (field.options ?? []);
  const words: Record<string, string> = { true: texts.yes, false: texts.no };
  const title = (option: string) => (isBoolean ? words[option]! : option.replaceAll("_", " "));
  const fallback = field.default ?? (isBoolean ? false : options[0]);
  const known = value === undefined || options.includes(String(value));
  return (
    <select
      {...given}
      className="input"
      value={value === undefined ? "" : String(value)}
      onChange={({ target: { value: chosen } }) =>
        onEdit(path, chosen === "" ? undefined : isBoolean ? chosen === "true" : chosen)
      }
    >
      <option value="">
        {fallback === undefined ? texts.none : texts.byDefault(title(String(fallback)))}
      </option>
      {!known && <option value={String(value)}>{String(value)}</option>}
      {options.map((option) => (
        <option key={option} value={option}>
          {title(option)}
        </option>
      ))}
    </select>
  );
}
