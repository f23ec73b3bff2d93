import { Field } from "../../ui/field.tsx";
import { useWords } from "../../words/language.ts";
import { words } from "../words.ts";
import type { Draft } from "./use_draft.ts";

/** What only a draft can change: name, language, category, variables, and for how long it is delivered. */
export function Settings({ draft, onChange }: { draft: Draft; onChange: (patch: Partial<Draft>) => void }) {
  const texts = useWords(words);
  return (
    <div className="pair">
      <Field label={texts.name} hint={texts.nameHint}>
        {(given) => (
          <input
            {...given}
            className="input"
            spellCheck={false}
            value={draft.name}
            onChange={({ target }) =>
              onChange({ name: target.value.toLowerCase().replaceAll(/[\s-]/g, "_") })
            }
          />
        )}
      </Field>
      <Field label={texts.language} hint={texts.languageHint}>
        {(given) => (
          <input
            {...given}
            className="input"
            value={draft.language}
            onChange={({ target }) => onChange({ language: target.value })}
          />
        )}
      </Field>
      <Field label={texts.categoryLabel} hint={texts.categoryHint[draft.category]}>
        {(given) => (
          <select
            {...given}
            className="input"
            value={draft.category}
            onChange={({ target }) => onChange({ category: target.value as Draft["category"] })}
          >
            {(Object.keys(texts.category) as Draft["category"][]).map((each) => (
              <option key={each} value={each}>
                {texts.category[each]}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field label={texts.ttl} hint={texts.ttlHint}>
        {(given) => (
          <input
            {...given}
            className="input"
            type="number"
            min={-1}
            value={draft.messageTtl ?? ""}
            onChange={({ target }) =>
              onChange({ messageTtl: target.value === "" ? null : Number(target.value) })
            }
          />
        )}
      </Field>
    </div>
  );
}
