import { Field } from "../../ui/field.tsx";
import { useLanguage, useWords } from "../../words/language.ts";
import { useBuilder } from "../builder/builder_context.ts";
import type { Json } from "../graph/draft.ts";
import { setSetting } from "../graph/edits.ts";
import { CommaList } from "../inspector/triggers_editor.tsx";
import { fieldLabel } from "../words/field_words.ts";
import { settingsWords } from "../words/settings_words.ts";

/** Settings of the whole chatbot: docs/chatbots.md has the same list. */
const CHOICES = {
  language: ["en", "tr"],
  afterPause: ["resume", "end"],
  oldMenus: ["tell", "restart", "ignore"],
} as const;
const WORDS = ["skipWords", "stopKeywords", "restartKeywords"] as const;
/** With their default, least and most. */
const NUMBERS = {
  maxAttempts: [3, 1, 100],
  sessionExpirySeconds: [86_400, 1, 31_536_000],
  flowExpirySeconds: [600, 1, 31_536_000],
  pauseSeconds: [3_600, 0, 31_536_000],
  debounceMs: [0, 0, 60_000],
} as const;
const GUARDS = {
  maxStepsPerTurn: [100, 1, 10_000],
  maxVisitsPerNode: [100, 1, 10_000],
  maxStepsPerRun: [1_000, 1, 10_000],
  maxRepliesPerHour: [200, 1, 1_000],
  maxVariablesSize: [1_000_000, 1_000, 5_000_000],
} as const;

export default function SettingsForm() {
  const texts = useWords(settingsWords);
  const language = useLanguage();
  const { draft, change } = useBuilder();
  const { settings } = draft;
  const set = (name: string, value: Json | undefined) =>
    change((before) => setSetting(before, name, value), `setting ${name}`);
  return (
    <form className="stack" onSubmit={(event) => event.preventDefault()}>
      <Field label={texts.description} hint={texts.descriptionHint}>
        {(given) => (
          <textarea
            {...given}
            className="input"
            rows={2}
            value={draft.description ?? ""}
            onChange={({ target }) =>
              change((before) => ({ ...before, description: target.value || null }), "description")
            }
          />
        )}
      </Field>
      {Object.entries(CHOICES).map(([name, options]) => (
        <Field key={name} label={fieldLabel(name, language)}>
          {(given) => (
            <select
              {...given}
              className="input"
              value={typeof settings[name] === "string" ? settings[name] : options[0]}
              onChange={({ target }) => set(name, target.value)}
            >
              {options.map((option) => (
                <option key={option} value={option}>
                  {(texts.options as Record<string, string>)[option]}
                </option>
              ))}
            </select>
          )}
        </Field>
      ))}
      <Field label={fieldLabel("timeZone", language)} hint={texts.timeZoneHint}>
        {(given) => (
          <select
            {...given}
            className="input"
            value={typeof settings.timeZone === "string" ? settings.timeZone : "UTC"}
            onChange={({ target }) => set("timeZone", target.value)}
          >
            {["UTC", ...Intl.supportedValuesOf("timeZone")].map((zone) => (
              <option key={zone}>{zone}</option>
            ))}
          </select>
        )}
      </Field>
      {WORDS.map((name) => (
        <div key={name} className="field">
          <span className="label">{fieldLabel(name, language)}</span>
          <CommaList label={texts.commas} value={settings[name]} onChange={(next) => set(name, next)} />
          <span className="hint">{texts.hints[name]}</span>
        </div>
      ))}
      <label className="row">
        <input
          type="checkbox"
          checked={settings.yieldsToKeywords === true}
          onChange={({ target }) => set("yieldsToKeywords", target.checked || undefined)}
        />
        {fieldLabel("yieldsToKeywords", language)}
      </label>
      <Numbers names={NUMBERS} />
      <details>
        <summary>{texts.guards}</summary>
        <p className="soft hint">{texts.guardsHint}</p>
        <Numbers names={GUARDS} />
      </details>
    </form>
  );
}

function Numbers({ names }: { names: Readonly<Record<string, readonly [number, number, number]>> }) {
  const language = useLanguage();
  const { draft, change } = useBuilder();
  return Object.entries(names).map(([name, [usual, least, most]]) => {
    const value = draft.settings[name];
    return (
      <Field key={name} label={fieldLabel(name, language)}>
        {(given) => (
          <input
            {...given}
            className="input"
            type="number"
            min={least}
            max={most}
            placeholder={usual.toLocaleString(language)}
            value={typeof value === "number" ? value : ""}
            onChange={({ target }) =>
              change(
                (before) => setSetting(before, name, target.value === "" ? undefined : Number(target.value)),
                `setting ${name}`,
              )
            }
          />
        )}
      </Field>
    );
  });
}
