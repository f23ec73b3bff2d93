import { useState } from "react";
import { Icon } from "../../ui/icon.tsx";
import { useWords } from "../../words/language.ts";
import { useBuilder } from "../builder/builder_context.ts";
import { KIND_MIME } from "../canvas/canvas.tsx";
import { GROUPS, lookOf } from "../canvas/kind_look.ts";
import type { Kind } from "../graph/kind.ts";
import { builderWords } from "../words/builder_words.ts";
import { kindWords } from "../words/kind_words.ts";
import { useNames } from "../words/use_names.ts";

/** The kinds of nodes, to add one by a click, by Enter, or by dragging it onto the canvas. */
export function Palette({ onAdd }: { onAdd: (type: string) => void }) {
  const texts = useWords(builderWords);
  const { groups } = useWords(kindWords);
  const names = useNames();
  const { kinds, draft } = useBuilder();
  const [query, setQuery] = useState("");
  const hasStart = draft.nodes.some(({ type = "" }) => kinds.get(type)?.isStart);
  const wanted = query.trim().toLocaleLowerCase();
  const shown = [...kinds.values()].filter(({ kind, isStart }) => {
    const all = `${kind} ${names.kind(kind)} ${names.hint(kind)}`.toLocaleLowerCase();
    return all.includes(wanted) && !(isStart && hasStart);
  });
  return (
    <>
      <form
        className="filter"
        data-own-keys
        onSubmit={(event) => {
          event.preventDefault();
          if (wanted !== "" && shown[0]) onAdd(shown[0].kind);
        }}
      >
        <input
          className="input"
          type="search"
          aria-label={texts.palette}
          placeholder={texts.palette}
          value={query}
          onChange={({ target }) => setQuery(target.value)}
        />
      </form>
      <p className="soft hint">{texts.paletteHint}</p>
      {GROUPS.map((group) => {
        const inGroup = shown.filter(({ kind }) => lookOf(kind).group === group);
        if (inGroup.length === 0) return null;
        return (
          <section key={group} className="palette-group">
            <h2>{groups[group]}</h2>
            <ul>
              {inGroup.map((kind) => (
                <li key={kind.kind}>
                  <PaletteItem kind={kind} onAdd={onAdd} />
                </li>
              ))}
            </ul>
          </section>
        );
      })}
      {shown.length === 0 && <p className="soft">{texts.noKind}</p>}
    </>
  );
}

function PaletteItem({ kind: { kind }, onAdd }: { kind: Kind; onAdd: (type: string) => void }) {
  const names = useNames();
  const { icon, group } = lookOf(kind);
  return (
    <button
      type="button"
      className="node-link"
      draggable
      onDragStart={({ dataTransfer }) => {
        dataTransfer.setData(KIND_MIME, kind);
        dataTransfer.effectAllowed = "copy";
      }}
      onClick={() => onAdd(kind)}
    >
      <span className={`kind ${group}`}>
        <Icon name={icon} />
      </span>
      <span className="text">
        <strong>{names.kind(kind)}</strong>
        <small>{names.hint(kind)}</small>
      </span>
    </button>
  );
}
