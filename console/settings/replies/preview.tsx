import { useState } from "react";
import { useQuery } from "urql";
import { graphql } from "../../graphql/graphql.ts";
import { problemOf } from "../../graphql/problem.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Field } from "../../ui/field.tsx";
import { Failed, Loading } from "../../ui/states.tsx";
import { useWords } from "../../words/language.ts";
import { useFormats } from "../pattern/formats.ts";
import { bodyOf, buttonsOf, type Reply } from "./reply.ts";
import { words } from "./words.ts";

const CONVERSATIONS = graphql(`
  query PreviewConversations {
    conversations(first: 20, orderBy: [LAST_ACTIVITY_AT_DESC]) {
      nodes { id contact { id name profileName phone } }
    }
  }
`);
const FILLED = graphql(`
  query FilledReply($id: UUID!, $conversationId: UUID!) {
    cannedReply(id: $id) {
      id
      filled(conversationId: $conversationId) { preview content missingVariables }
    }
  }
`);

/** The reply as the API would send it to one of the last customers. */
export function Preview({ reply, onClose }: { reply: Reply; onClose: () => void }) {
  const texts = useWords(words);
  const [chosen, setChosen] = useState<string>();
  const [{ data }] = useQuery({ query: CONVERSATIONS });
  const conversations = data?.conversations?.nodes;
  const id = chosen ?? conversations?.[0]?.id;
  return (
    <Dialog title={texts.previewTitle(reply.title)} onClose={onClose}>
      {!conversations && <Loading label={texts.preview} />}
      {conversations?.length === 0 && <p>{texts.noConversation}</p>}
      {conversations && id && (
        <>
          <Field label={texts.conversation}>
            {(given) => (
              <select
                {...given}
                className="input"
                value={id}
                onChange={({ target }) => setChosen(target.value)}
              >
                {conversations.map(({ id, contact }) => (
                  <option key={id} value={id}>
                    {contact.name ?? contact.profileName ?? contact.phone ?? id}
                  </option>
                ))}
              </select>
            )}
          </Field>
          <Filled reply={reply} conversationId={id} />
        </>
      )}
      <div className="actions">
        <Button onClick={onClose}>{texts.close}</Button>
      </div>
    </Dialog>
  );
}

function Filled({ reply, conversationId }: { reply: Reply; conversationId: string }) {
  const texts = useWords(words);
  const { list } = useFormats();
  const [{ data, error }] = useQuery({
    query: FILLED,
    variables: { id: reply.id, conversationId },
    requestPolicy: "network-only",
  });
  if (error) return <Failed message={problemOf(error).message} />;
  const filled = data?.cannedReply?.filled;
  if (!filled) return <Loading label={texts.preview} />;
  const content = { type: reply.type, content: filled.content };
  const buttons = reply.type === "interactive" ? buttonsOf(content).filter(Boolean) : [];
  return (
    <>
      <div className="reply-preview">
        {reply.media && <span className="soft">{reply.media.filename ?? reply.media.type}</span>}
        <p>{bodyOf(content) || filled.preview}</p>
        {buttons.map((title) => (
          <span key={title} className="reply-button">
            {title}
          </span>
        ))}
      </div>
      {filled.missingVariables.length > 0 && (
        <Failed message={texts.missing(list(filled.missingVariables))} />
      )}
    </>
  );
}
