import { useState } from "react";
import { useQuery } from "urql";
import { Link } from "../../routing/link.tsx";
import type { Component } from "../../templates/components.ts";
import { TemplatePreview } from "../../templates/preview.tsx";
import { Field } from "../../ui/field.tsx";
import { useFormat } from "../../words/format.ts";
import { useLanguage, useWords } from "../../words/language.ts";
import { MESSAGE_TEMPLATE, MESSAGE_TEMPLATES } from "../campaign_documents.ts";
import { type Parameters, readParameter, type Slot, slotsOf } from "../parameters.ts";
import { words } from "../words.ts";
import { FieldPicker } from "./field_picker.tsx";
import { ParameterFields } from "./parameter_fields.tsx";

/** What a campaign or a variant sends. */
export type Message = {
  templateName: string | null;
  language: string | null;
  text: string | null;
  parameters: Parameters;
};

/** A template with its values, or a text; and how it will look. */
export function MessageFields({
  value,
  onChange,
}: {
  value: Message;
  onChange: (patch: Partial<Message>) => void;
}) {
  const texts = useWords(words);
  const [kind, setKind] = useState<"template" | "text">(value.text === null ? "template" : "text");
  const choose = (next: "template" | "text") => {
    setKind(next);
    // It sends one of them.
    onChange(next === "template" ? { text: null } : { templateName: null, language: null, parameters: {} });
  };
  return (
    <div className="message-fields">
      <div className="stack">
        <fieldset className="row wrap radios">
          <legend className="visually-hidden">{texts.kind}</legend>
          {(["template", "text"] as const).map((each) => (
            <label key={each} className="row">
              <input type="radio" checked={kind === each} onChange={() => choose(each)} />
              {texts.kinds[each]}
            </label>
          ))}
        </fieldset>
        {kind === "text" ? (
          <Field label={texts.text} hint={texts.textHint}>
            {(given) => (
              <>
                <textarea
                  {...given}
                  className="input"
                  rows={6}
                  dir="auto"
                  maxLength={4096}
                  value={value.text ?? ""}
                  onChange={({ target }) => onChange({ text: target.value })}
                />
                <FieldPicker
                  label={texts.insertOf(texts.text)}
                  onPick={(variable) => onChange({ text: (value.text ?? "") + variable })}
                />
              </>
            )}
          </Field>
        ) : (
          <TemplateFields value={value} onChange={onChange} />
        )}
      </div>
      <MessagePreview kind={kind} value={value} />
    </div>
  );
}

function TemplateFields({
  value,
  onChange,
}: {
  value: Message;
  onChange: (patch: Partial<Message>) => void;
}) {
  const texts = useWords(words);
  const format = useFormat();
  const [{ data }] = useQuery({ query: MESSAGE_TEMPLATES, requestPolicy: "cache-and-network" });
  const components = useComponents(value.templateName);
  const names = [...new Set(data?.templates?.nodes.map(({ name }) => name))];
  const languages =
    data?.templates?.nodes
      .filter(({ name }) => name === value.templateName)
      .map(({ language }) => language) ?? [];
  return (
    <>
      <Field
        label={texts.template}
        hint={
          data && names.length === 0 ? (
            <>
              {texts.noTemplates} <Link to="templates">{texts.writeTemplate}</Link>
            </>
          ) : (
            languages.length > 0 && texts.languages(format.list(languages))
          )
        }
      >
        {(given) => (
          <select
            {...given}
            className="input"
            value={value.templateName ?? ""}
            onChange={({ target }) => onChange({ templateName: target.value || null, language: null })}
          >
            <option value="">{texts.chooseTemplate}</option>
            {value.templateName && !names.includes(value.templateName) && (
              <option value={value.templateName}>{value.templateName}</option>
            )}
            {names.map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        )}
      </Field>
      {languages.length > 1 && (
        <Field label={texts.language}>
          {(given) => (
            <select
              {...given}
              className="input"
              value={value.language ?? ""}
              onChange={({ target }) => onChange({ language: target.value || null })}
            >
              <option value="">{texts.anyLanguage}</option>
              {languages.map((each) => (
                <option key={each} value={each}>
                  {each}
                </option>
              ))}
            </select>
          )}
        </Field>
      )}
      {components && (
        <ParameterFields
          key={value.templateName}
          components={components}
          parameters={value.parameters}
          onChange={(parameters) => onChange({ parameters })}
        />
      )}
    </>
  );
}

/** The components of a template: in the language of this page if it has it. */
function useComponents(name: string | null): readonly Component[] | null {
  const language = useLanguage();
  const [{ data }] = useQuery({
    query: MESSAGE_TEMPLATE,
    variables: { name: name ?? "" },
    pause: name === null,
  });
  const templates = data?.templates?.nodes ?? [];
  const shown = templates.find((each) => each.language.startsWith(language)) ?? templates[0];
  return name === null || !shown ? null : (shown.components as Component[]);
}

function MessagePreview({ kind, value }: { kind: "template" | "text"; value: Message }) {
  const texts = useWords(words);
  const components = useComponents(value.templateName);
  const shown =
    kind === "text" ? [{ type: "BODY", text: readable(value.text ?? "") }] : (components ?? undefined);
  if (!shown) return null;
  const slots = slotsOf(shown) ?? [];
  const valuesOf = (is: "header" | "body") =>
    Object.fromEntries(
      slots
        .filter((slot): slot is Slot & { is: "header" | "body" } => slot.is === is)
        .map((slot) => [slot.name, readable(readParameter(value.parameters, slot))]),
    );
  return (
    <aside className="stack tight" aria-label={texts.preview}>
      <TemplatePreview
        components={shown}
        values={kind === "text" ? { body: {} } : { header: valuesOf("header"), body: valuesOf("body") }}
      />
    </aside>
  );
}

/** Variables of the contact, as they read until somebody's value takes their place: "there" of `{{contact.name|there}}`. */
function readable(text: string): string {
  return text.replaceAll(/\{\{\s*([\w.]+)\s*(?:\|([^{}]*))?\}\}/g, (_, path: string, otherwise?: string) =>
    otherwise ? `‹${otherwise}›` : `‹${path.replace(/^contact\./, "")}›`,
  );
}
