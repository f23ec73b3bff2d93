import { Link } from "../routing/link.tsx";
import { Section } from "../ui/section.tsx";
import { useLanguage, useWords } from "../words/language.ts";
import { shortTime } from "../words/time.ts";
import type { Contact } from "./documents.ts";
import { words } from "./words.ts";

/** Where else the contact has written. */
export function Conversations({
  conversations,
  isOther,
}: {
  conversations: Contact["conversations"]["nodes"];
  isOther: boolean;
}) {
  const texts = useWords(words);
  const language = useLanguage();
  return (
    <Section title={isOther ? texts.otherConversations : texts.conversations}>
      <ul className="panel-list">
        {conversations.map(({ id, status, lastActivityAt, lastMessagePreview, channel }) => (
          <li key={id}>
            <Link to={`inbox/${id}?state=any`}>{channel.name}</Link>
            <span className="soft">
              {texts.statusesOfConversation[status]} · {shortTime(lastActivityAt, language)}
            </span>
            <span className="soft excerpt" dir="auto">
              {lastMessagePreview}
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}
