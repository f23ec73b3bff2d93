import { useQuery } from "urql";
import { useWords } from "../../words/language.ts";
import { CONTACT_FIELDS } from "../campaign_documents.ts";
import { words } from "../words.ts";

/** Chooses a field of the contact, and gives the variable that stands for it: `{{contact.name|there}}`. */
export function FieldPicker({ label, onPick }: { label: string; onPick: (variable: string) => void }) {
  const texts = useWords(words);
  const [{ data }] = useQuery({ query: CONTACT_FIELDS });
  const fields = [
    ...Object.entries(texts.contactField).map(([key, name]) => ({ key, name })),
    ...(data?.contactFields?.nodes ?? []).map(({ key, label: name }) => ({ key, name: name ?? key })),
  ];
  return (
    <select
      className="input narrow"
      aria-label={label}
      value=""
      onChange={({ target }) =>
        onPick(target.value === "name" ? `{{contact.name|${texts.fallback}}}` : `{{contact.${target.value}}}`)
      }
    >
      <option value="" disabled>
        {texts.insert} …
      </option>
      {fields.map(({ key, name }) => (
        <option key={key} value={key}>
          {name}
        </option>
      ))}
    </select>
  );
}
