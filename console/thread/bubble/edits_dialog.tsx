import { useQuery } from "urql";
import { problemOf } from "../../graphql/problem.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { Failed, Loading } from "../../ui/states.tsx";
import { useLanguage, useWords } from "../../words/language.ts";
import { EDITS } from "../documents.ts";
import { formatInstant } from "../times.ts";
import { words } from "../words.ts";
import { FormattedText } from "./formatted_text.tsx";

/** What an edited message said before, newest first. */
export function EditsDialog({ messageId, onClose }: { messageId: string; onClose: () => void }) {
  const texts = useWords(words);
  const language = useLanguage();
  const [{ data, error }] = useQuery({
    query: EDITS,
    variables: { id: messageId },
    requestPolicy: "cache-and-network",
  });
  const message = data?.message;
  // The newest edit is what is shown now.
  const earlier = message
    ? [...message.edits.slice(1).map(({ id, content, occurredAt }) => ({ id, content, occurredAt })), message]
    : [];
  return (
    <Dialog title={texts.editsTitle} onClose={onClose}>
      {error && !data && <Failed message={problemOf(error).message} />}
      {!data && !error && <Loading label={texts.loading} />}
      <ol className="edits">
        {earlier.map(({ id, content, occurredAt }) => (
          <li key={id}>
            <small className="soft">
              {formatInstant(occurredAt, language)}
              {id === messageId && ` · ${texts.original}`}
            </small>
            <FormattedText text={String(content?.body ?? content?.caption ?? "")} />
          </li>
        ))}
      </ol>
    </Dialog>
  );
}
