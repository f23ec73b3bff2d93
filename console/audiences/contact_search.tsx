import { type KeyboardEvent, useId, useState } from "react";
import { useQuery } from "urql";
import { problemOf } from "../graphql/problem.ts";
import { Field } from "../ui/field.tsx";
import { useDebounced } from "../ui/use_debounced.ts";
import { useFormat } from "../words/format.ts";
import { useWords } from "../words/language.ts";
import { type NamedContact, SEARCH_CONTACTS } from "./audience_documents.ts";
import { useContactName } from "./contact_name.ts";
import { words } from "./words.ts";

/** A field that finds contacts by what is typed; arrows and Enter, or a click, choose one. */
export function ContactSearch({
  label,
  onChoose,
}: {
  label: string;
  onChoose: (contact: NamedContact) => void;
}) {
  const texts = useWords(words);
  const format = useFormat();
  const nameOf = useContactName();
  const [text, setText] = useState("");
  const [active, setActive] = useState(0);
  const query = useDebounced(text.trim(), 200);
  const list = useId();
  const [{ data, error, stale }] = useQuery({
    query: SEARCH_CONTACTS,
    variables: { query },
    pause: query === "",
    requestPolicy: "cache-and-network",
  });
  const found = query === "" || text.trim() === "" ? [] : (data?.searchContacts?.nodes ?? []);
  const isOpen = found.length > 0;
  const choose = (contact: NamedContact) => {
    setText("");
    setActive(0);
    onChoose(contact);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (!isOpen) {
      // Enter would submit the form that the field is in.
      if (event.key === "Enter") event.preventDefault();
      return;
    }
    const moved = { ArrowDown: active + 1, ArrowUp: active - 1 }[event.key];
    if (moved !== undefined) setActive((moved + found.length) % found.length);
    else if (event.key === "Enter") choose(found[Math.min(active, found.length - 1)]!);
    else if (event.key === "Escape") setText("");
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const said = () => {
    if (error) return problemOf(error).message;
    if (query === "" || stale || !data) return "";
    return isOpen ? texts.found(format.number(found.length)) : texts.noneFound;
  };
  return (
    <div className="contact-search">
      <Field label={label}>
        {(given) => (
          <input
            {...given}
            className="input"
            role="combobox"
            aria-expanded={isOpen}
            aria-controls={list}
            aria-autocomplete="list"
            aria-activedescendant={isOpen ? `${list}-${active}` : undefined}
            autoComplete="off"
            placeholder={texts.searchContacts}
            value={text}
            onChange={({ target }) => {
              setText(target.value);
              setActive(0);
            }}
            onKeyDown={onKeyDown}
          />
        )}
      </Field>
      <div id={list} role="listbox" aria-label={label} className={isOpen ? "options" : undefined}>
        {found.map((contact, i) => {
          const { name, detail } = nameOf(contact);
          return (
            // The field keeps the focus and the keyboard.
            // biome-ignore lint/a11y/useFocusableInteractive: aria-activedescendant
            // biome-ignore lint/a11y/useKeyWithClickEvents: aria-activedescendant
            <div
              key={contact.id}
              id={`${list}-${i}`}
              role="option"
              aria-selected={i === active}
              onClick={() => choose(contact)}
              onPointerEnter={() => setActive(i)}
            >
              <span dir="auto">{name}</span> <span className="soft small">{detail}</span>
            </div>
          );
        })}
      </div>
      <p className="soft small" role="status">
        {said()}
      </p>
    </div>
  );
}
