import { useConnection } from "../graphql/use_connection.ts";
import { Link } from "../routing/link.tsx";
import { go } from "../routing/location.ts";
import { Button } from "../ui/button.tsx";
import { Section } from "../ui/section.tsx";
import { showProblem } from "../ui/toasts.tsx";
import { useLanguage, useWords } from "../words/language.ts";
import { shortTime } from "../words/time.ts";
import { type Contact, OPEN_CONVERSATION } from "./documents.ts";
import { words } from "./words.ts";

/** Opens a conversation with a contact who has none, on the default channel. */
export function StartConversation({ contactId }: { contactId: string }) {
  const texts = useWords(words);
  const connection = useConnection();
  const start = async () => {
    try {
      const { createConversation } = await connection.mutate(OPEN_CONVERSATION, { contactId });
      if (createConversation) go(`inbox/${createConversation.conversation.id}`);
    } catch (error) {
      showProblem(error);
    }
  };
  return (
    <Section title={texts.conversations}>
      <div>
        <Button icon="send" onClick={() => void start()}>
          {texts.startConversation}
        </Button>
      </div>
    </Section>
  );
}

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
