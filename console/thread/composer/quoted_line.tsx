import { useMember } from "../../session/member.ts";
import { IconButton } from "../../ui/button.tsx";
import { Icon } from "../../ui/icon.tsx";
import { useWords } from "../../words/language.ts";
import { nameOfAuthor, summaryOf } from "../bubble/author.ts";
import type { Bubble } from "../documents.ts";
import { useThread } from "../thread_context.ts";
import { words } from "../words.ts";
import { composerWords } from "./words.ts";

/** The message that the next one quotes. */
export function QuotedLine({ message, onEnd }: { message: Bubble; onEnd: () => void }) {
  const texts = useWords(composerWords);
  const threadTexts = useWords(words);
  const { user } = useMember();
  const { contactName } = useThread();
  return (
    <div className="quoted-line">
      <Icon name="reply" />
      <span>
        <strong>{texts.quoting(nameOfAuthor(message, contactName, user.id, threadTexts))}</strong>
        <span dir="auto">{summaryOf(message, threadTexts)}</span>
      </span>
      <IconButton label={texts.endQuote} icon="close" onClick={onEnd} />
    </div>
  );
}
