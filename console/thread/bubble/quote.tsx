import { useMember } from "../../session/member.ts";
import { useWords } from "../../words/language.ts";
import type { Bubble } from "../documents.ts";
import { useThread } from "../thread_context.ts";
import { words } from "../words.ts";
import { nameOfAuthor, summaryOf } from "./author.ts";

/** The message that a message answers. A click goes there. */
export function Quote({ quoted }: { quoted: NonNullable<Bubble["quotedMessage"]> }) {
  const texts = useWords(words);
  const { user } = useMember();
  const { contactName, goTo } = useThread();
  return (
    <button type="button" className="quote" onClick={() => goTo(quoted.id)}>
      <strong>{nameOfAuthor(quoted, contactName, user.id, texts)}</strong>
      <span dir="auto">{summaryOf(quoted, texts)}</span>
    </button>
  );
}
