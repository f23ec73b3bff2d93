import { useMay, useMember } from "../../session/member.ts";
import { useWords } from "../../words/language.ts";
import type { Bubble } from "../documents.ts";
import { useThread } from "../thread_context.ts";
import { words } from "../words.ts";
import { nameOfAuthor } from "./author.ts";

/** The reactions to a message, as chips. That of the business is taken back by a click. */
export function Reactions({ message }: { message: Bubble }) {
  const texts = useWords(words);
  const { user } = useMember();
  const { contactName, react } = useThread();
  const mayReact = useMay("agent");
  if (message.reactions.length === 0) return null;
  return (
    <ul className="reactions">
      {message.reactions.map((reaction) => {
        const emoji = reaction.emoji ?? "";
        const label = texts.reaction(emoji, nameOfAuthor(reaction, contactName, user.id, texts));
        return (
          <li key={reaction.id}>
            {reaction.author === "contact" || !mayReact ? (
              <span className="chip" role="img" aria-label={label} title={label}>
                {emoji}
              </span>
            ) : (
              <button
                type="button"
                className="chip own"
                aria-label={`${label}. ${texts.takeBack(emoji)}`}
                title={texts.takeBack(emoji)}
                onClick={() => react(message, "")}
              >
                {emoji}
              </button>
            )}
          </li>
        );
      })}
    </ul>
  );
}
