import { Section } from "../ui/section.tsx";
import { localeOf, useLanguage, useWords } from "../words/language.ts";
import { relativeTime } from "../words/time.ts";
import type { Contact } from "./documents.ts";
import { words } from "./words.ts";

/** The addresses from which the contact writes, and since when. */
export function Identities({ contact }: { contact: Contact }) {
  const texts = useWords(words);
  const language = useLanguage();
  return (
    <Section title={texts.addresses} isOpen={false}>
      <ul className="panel-list">
        {contact.identities.nodes.map(({ nodeId, kind, value, createdAt, lastHeardAt, retiredAt }) => (
          <li key={nodeId} data-retired={retiredAt !== null || undefined}>
            <span className="value" dir="ltr">
              {value}
            </span>
            <span className="soft">
              {[
                texts.kinds[kind],
                texts.addedOn(
                  new Date(createdAt).toLocaleDateString(localeOf(language), { dateStyle: "medium" }),
                ),
                lastHeardAt && texts.lastHeard(relativeTime(lastHeardAt, language)),
                retiredAt && texts.retired(relativeTime(retiredAt, language)),
              ]
                .filter(Boolean)
                .join(" · ")}
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}
