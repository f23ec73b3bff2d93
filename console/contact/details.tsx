import { useState } from "react";
import { useQuery } from "urql";
import { useMay } from "../session/member.ts";
import { Button } from "../ui/button.tsx";
import { Section } from "../ui/section.tsx";
import { type Language, localeOf, useLanguage, useWords } from "../words/language.ts";
import { ContactForm } from "./contact_form.tsx";
import { type Contact, type CustomField, FIELDS } from "./documents.ts";
import type { Reload } from "./panel.tsx";
import { words } from "./words.ts";

/** Who the contact is, and what the tenant's own fields say. */
export function Details({ contact, reload }: { contact: Contact; reload: Reload }) {
  const texts = useWords(words);
  const language = useLanguage();
  const mayChange = useMay("agent");
  const [isEditing, setEditing] = useState(false);
  const [{ data }] = useQuery({ query: FIELDS });
  const fields = data?.contactFields?.nodes ?? [];
  const facts: [label: string, value: string | null | undefined][] = [
    [texts.profileName, contact.name ? contact.profileName : null],
    [texts.username, contact.username],
    [texts.email, contact.email],
    [texts.externalRef, contact.externalRef],
    [texts.language, contact.language && languageName(contact.language, language)],
    [texts.timeZone, contact.timeZone],
    ...fields.map((field): [string, string] => [
      field.label ?? field.key,
      fieldText(field, contact.metadata?.[field.key], language, texts),
    ]),
  ];
  const shown = facts.filter(([, value]) => value);
  return (
    <>
      <Section
        title={texts.details}
        action={
          mayChange && (
            <Button look="quiet" className="small" icon="edit" onClick={() => setEditing(true)}>
              {texts.edit}
            </Button>
          )
        }
      >
        {shown.length === 0 ? (
          <p className="soft">{texts.none}</p>
        ) : (
          <dl className="facts">
            {shown.map(([label, value]) => (
              <div key={label}>
                <dt>{label}</dt>
                <dd dir="auto">{value}</dd>
              </div>
            ))}
          </dl>
        )}
      </Section>
      {isEditing && (
        <ContactForm
          contact={contact}
          fields={fields}
          onClose={() => setEditing(false)}
          onSaved={() => {
            setEditing(false);
            reload();
          }}
        />
      )}
    </>
  );
}

function languageName(tag: string, language: Language): string {
  try {
    return new Intl.DisplayNames(language, { type: "language" }).of(tag) ?? tag;
  } catch {
    return tag;
  }
}

/** The value of a custom field, as people read it. */
export function fieldText(
  { type, isSensitive }: Pick<CustomField, "type" | "isSensitive">,
  value: unknown,
  language: Language,
  texts: { yes: string; no: string; unset: string },
): string {
  if (isSensitive) return "•••";
  if (value === null || value === undefined || value === "") return texts.unset;
  if (type === "boolean") return value === true ? texts.yes : texts.no;
  if (type === "number" && typeof value === "number") return value.toLocaleString(localeOf(language));
  if (type === "date" && typeof value === "string" && /^\d{4}-\d\d-\d\d$/.test(value))
    return new Date(`${value}T00:00`).toLocaleDateString(localeOf(language), { dateStyle: "medium" });
  return typeof value === "string" ? value : JSON.stringify(value);
}
