import { CombinedError } from "@urql/core";
import { type FormEvent, useState } from "react";
import { problemOf } from "../graphql/problem.ts";
import { useConnection } from "../graphql/use_connection.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Field } from "../ui/field.tsx";
import { Failed } from "../ui/states.tsx";
import { useWords } from "../words/language.ts";
import { type Contact, CREATE_CONTACT, type CustomField, SET_FIELDS, UPDATE_CONTACT } from "./documents.ts";
import { FieldInput } from "./field_input.tsx";
import { changesOf, customKey, STANDARD, valuesOf } from "./form_values.ts";
import { words } from "./words.ts";

type Refusal = { field: string | null; message: string };

/** Changes a contact, or makes a new one. */
export function ContactForm({
  contact,
  fields,
  title,
  onClose,
  onSaved,
}: {
  /** Null: a new one. */
  contact: Contact | null;
  fields: readonly CustomField[];
  title?: string;
  onClose: () => void;
  onSaved: (contactId: string) => void;
}) {
  const texts = useWords(words);
  const connection = useConnection();
  const [before] = useState(() => valuesOf(contact, fields));
  const [values, setValues] = useState(before);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const [isBusy, setBusy] = useState(false);
  const set = (key: string, value: string) => setValues((known) => ({ ...known, [key]: value }));
  const save = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setRefusal(null);
    try {
      const { patch, custom } = changesOf(before, values, fields);
      const hasCustom = Object.keys(custom).length > 0;
      if (contact === null) {
        const given = { ...patch, ...(hasCustom && { metadata: custom }) };
        const { createContact } = await connection.mutate(CREATE_CONTACT, { contact: given });
        onSaved(createContact!.contact.id);
        return;
      }
      if (Object.keys(patch).length > 0) await connection.mutate(UPDATE_CONTACT, { id: contact.id, patch });
      if (hasCustom) await connection.mutate(SET_FIELDS, { contactId: contact.id, fields: custom });
      onSaved(contact.id);
    } catch (error) {
      setRefusal(refusalOf(error));
      setBusy(false);
    }
  };
  const errorOf = (key: string) => (refusal?.field === key ? refusal.message : undefined);
  const isNamed = refusal?.field != null && (STANDARD as readonly string[]).includes(refusal.field);
  const hints: Partial<Record<string, string>> = {
    language: texts.languageHint,
    timeZone: texts.timeZoneHint,
  };
  return (
    <Dialog title={title ?? texts.edit} onClose={onClose}>
      <form className="stack" onSubmit={(event) => void save(event)}>
        {refusal && !isNamed && <Failed message={refusal.message} />}
        {STANDARD.map((key) => (
          <Field key={key} label={texts[key]} hint={hints[key]} error={errorOf(key)}>
            {(given) => (
              <input
                {...given}
                className="input"
                type={TYPES[key] ?? "text"}
                dir="auto"
                autoComplete="off"
                value={values[key]}
                onChange={({ target }) => set(key, target.value)}
              />
            )}
          </Field>
        ))}
        {contact && (
          <Field label={texts.status}>
            {(given) => (
              <select
                {...given}
                className="input"
                value={values.status}
                onChange={({ target }) => set("status", target.value)}
              >
                {(["active", "inactive", "invalid", "blocked"] as const).map((status) => (
                  <option key={status} value={status}>
                    {texts.statuses[status]}
                  </option>
                ))}
              </select>
            )}
          </Field>
        )}
        {fields.length > 0 && <h3>{texts.customFields}</h3>}
        {fields.map((field) => (
          <FieldInput
            key={field.id}
            field={field}
            value={values[customKey(field.key)] ?? ""}
            onChange={(value) => set(customKey(field.key), value)}
          />
        ))}
        <div className="actions">
          <Button onClick={onClose}>{texts.cancel}</Button>
          <Button type="submit" look="primary" disabled={isBusy}>
            {texts.save}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

const TYPES: Partial<Record<string, string>> = { phone: "tel", email: "email" };

/** The message, and the field of the form to which it belongs. */
function refusalOf(error: unknown): Refusal {
  const extensions = error instanceof CombinedError ? error.graphQLErrors[0]?.extensions : undefined;
  const { message, code } = problemOf(error);
  return {
    field: typeof extensions?.field === "string" ? extensions.field : null,
    message: `${message} (${code})`,
  };
}
