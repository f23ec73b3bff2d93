import { type ReactNode, type Ref, useRef } from "react";
import { Button, IconButton } from "../../ui/button.tsx";
import { useWords } from "../../words/language.ts";
import { ConditionEditor } from "./condition_editor.tsx";
import { type FieldType, type Named, newPart, useFields } from "./fields.ts";
import {
  buildFilter,
  type Combination,
  emptyCombination,
  inCombination,
  type Kind,
  keyOf,
  negated,
  type Part,
  RELATED_KINDS,
} from "./filter.ts";
import { words } from "./words.ts";

type Props = {
  part: Part;
  kind: Kind;
  names: (type: string) => readonly Named[];
  /** It is not a row of another part, so it cannot be removed. */
  isRoot?: boolean;
  /** Null removes it. */
  onChange: (part: Part | null) => void;
};

/** A part of a filter, with what is in it. */
export function PartEditor({ part: given, kind, names, isRoot = false, onChange }: Props) {
  const texts = useWords(words);
  const isNegated = given.is === "not";
  const part = isNegated ? given.item : given;
  const change = (next: Part) => onChange(isNegated ? { ...given, item: next } : next);
  const tools = !isRoot && (
    <Tools isNegated={isNegated} onNegate={() => onChange(negated(given))} onRemove={() => onChange(null)} />
  );
  const className = isRoot && !isNegated ? "combination" : isNegated ? "part negated" : "part";
  switch (part.is) {
    case "condition":
      return (
        <ConditionEditor
          condition={part}
          kind={kind}
          names={names}
          isNegated={isNegated}
          tools={tools}
          onChange={change}
        />
      );
    case "relation":
      return (
        <div className={className}>
          <div className="head">
            <strong>
              {isNegated && <NegatedBadge />} {texts.ofThis[kind]}{" "}
              {texts.relation[part.relation as keyof typeof texts.relation]}
            </strong>
            {tools}
          </div>
          <PartEditor
            part={inCombination(part.item)}
            kind={RELATED_KINDS[part.relation]!}
            names={names}
            isRoot
            onChange={(item) => change({ ...part, item: item ?? emptyCombination() })}
          />
        </div>
      );
    case "all":
    case "any":
      return (
        <div className={className}>
          <CombinationEditor
            part={part}
            kind={kind}
            names={names}
            isNegated={isNegated}
            tools={tools}
            onChange={change}
          />
        </div>
      );
    default:
      return (
        <div className="part">
          <div className="head">
            <span className="soft">{texts.unknown}</span>
            {tools}
          </div>
          <pre>{JSON.stringify(buildFilter(part))}</pre>
        </div>
      );
  }
}

function NegatedBadge() {
  const texts = useWords(words);
  return <span className="badge warning">{texts.negated}</span>;
}

function Tools({
  isNegated,
  onNegate,
  onRemove,
}: {
  isNegated: boolean;
  onNegate: () => void;
  onRemove: () => void;
}) {
  const texts = useWords(words);
  return (
    <span className="tools">
      <Button look="quiet" className="small" aria-pressed={isNegated} onClick={onNegate}>
        {texts.negated}
      </Button>
      <IconButton label={texts.remove} icon="close" onClick={onRemove} />
    </span>
  );
}

/** Several parts, all or any of which must match. */
function CombinationEditor({
  part,
  kind,
  names,
  isNegated,
  tools,
  onChange,
}: Omit<Props, "part" | "isRoot" | "onChange"> & {
  part: Combination;
  isNegated: boolean;
  tools: ReactNode;
  onChange: (part: Part) => void;
}) {
  const texts = useWords(words);
  const add = useRef<HTMLSelectElement>(null);
  const known = useFields(kind);
  const append = (item: Part) => onChange({ ...part, items: [...part.items, item] });
  const replace = (at: number, next: Part | null) => {
    onChange({ ...part, items: next ? part.items.with(at, next) : part.items.toSpliced(at, 1) });
    // The row that had the focus is gone.
    if (next === null) add.current?.focus();
  };
  return (
    <>
      <div className="head">
        <span className="row wrap tight">
          {isNegated && <NegatedBadge />}
          <select
            className="input narrow"
            aria-label={texts.combine}
            value={part.is}
            onChange={({ target }) => onChange({ ...part, is: target.value as "all" | "any" })}
          >
            <option value="all">{texts.combination.all}</option>
            <option value="any">{texts.combination.any}</option>
          </select>
        </span>
        {tools}
      </div>
      {part.items.length === 0 && (
        <p className="soft">{part.is === "all" ? texts.everyone : texts.nothing}</p>
      )}
      {part.items.map((item, i) => (
        <PartEditor
          key={keyOf(item)}
          part={item}
          kind={kind}
          names={names}
          onChange={(next) => replace(i, next)}
        />
      ))}
      <div className="row wrap tight">
        <AddCondition ref={add} fields={known} names={names} onAdd={(field) => append(newPart(field))} />
        <Button
          look="quiet"
          icon="plus"
          className="small"
          onClick={() => append(emptyCombination(part.is === "all" ? "any" : "all"))}
        >
          {texts.addGroup}
        </Button>
      </div>
    </>
  );
}

/** Chooses a field or a relation, which adds a row. */
function AddCondition({
  ref,
  fields,
  names,
  onAdd,
}: {
  ref: Ref<HTMLSelectElement>;
  fields: ReturnType<typeof useFields>;
  names: Props["names"];
  onAdd: (field: FieldType) => void;
}) {
  const texts = useWords(words);
  if (!fields) return null;
  const all = [...fields.fields, ...fields.relations];
  return (
    <select
      ref={ref}
      className="input narrow"
      aria-label={texts.addCondition}
      value=""
      onChange={({ target }) => {
        const chosen = all.find((each) => each.name === target.value);
        if (chosen) onAdd(chosen);
      }}
    >
      <option value="" disabled>
        + {texts.addCondition}
      </option>
      {fields.fields.map(({ name }) => (
        <option key={name} value={name}>
          {fieldName(name, texts, names)}
        </option>
      ))}
      {fields.relations.map(({ name }) => (
        <option key={name} value={name}>
          {texts.relationName[name as keyof typeof texts.relationName] ?? name}
        </option>
      ))}
    </select>
  );
}

/** The field in the language of the page; custom fields by their label. */
export function fieldName(name: string, texts: typeof words.en, names: Props["names"]): string {
  const known = texts.fields[name as keyof typeof texts.fields];
  return known ?? names("field").find(({ id }) => id === name)?.name ?? name;
}
