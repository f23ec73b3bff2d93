import { Avatar } from "../ui/avatar.tsx";
import { localeOf, useLanguage, useWords } from "../words/language.ts";
import { relativeTime } from "../words/time.ts";
import type { Contact } from "./documents.ts";
import { nameOf, phoneOf } from "./name.ts";
import { words } from "./words.ts";

export function Head({ contact }: { contact: Contact }) {
  const texts = useWords(words);
  const language = useLanguage();
  const { inbound, outbound } = contact.messageFigures;
  return (
    <div className="contact-head">
      <Avatar name={nameOf(contact)} />
      <strong dir="auto">{nameOf(contact)}</strong>
      {contact.phone && (
        <a href={`tel:${phoneOf(contact.phone)}`} dir="ltr">
          {phoneOf(contact.phone)}
        </a>
      )}
      {contact.status !== "active" && <span className="badge danger">{texts.statuses[contact.status]}</span>}
      <span className="soft">
        {texts.since(
          new Date(contact.createdAt).toLocaleDateString(localeOf(language), { dateStyle: "medium" }),
        )}{" "}
        · {texts.messages(inbound, outbound)}
      </span>
      {contact.contactAttribution && (
        <span className="soft">
          {texts.advertisement}:{" "}
          {contact.contactAttribution.headline ?? contact.contactAttribution.sourceType ?? "?"},{" "}
          {relativeTime(contact.contactAttribution.occurredAt, language)}
        </span>
      )}
    </div>
  );
}
