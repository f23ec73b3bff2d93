import { useState } from "react";
import { useQuery } from "urql";
import { problemOf } from "../../graphql/problem.ts";
import { useConnection } from "../../graphql/use_connection.ts";
import { Button } from "../../ui/button.tsx";
import { Field } from "../../ui/field.tsx";
import { Empty, Failed, Loading } from "../../ui/states.tsx";
import { showProblem } from "../../ui/toasts.tsx";
import { useLanguage, useWords } from "../../words/language.ts";
import { useBuilder } from "../builder/builder_context.ts";
import { simulatorWords } from "../words/simulator_words.ts";
import { CONVERSATIONS, REPLAY, type Replayed } from "./documents.ts";

/** What the draft would have said to a customer who talked to the chatbot: turn by turn, with what differs. */
export function Replay() {
  const texts = useWords(simulatorWords);
  const language = useLanguage();
  const connection = useConnection();
  const { chatbot, draft, light } = useBuilder();
  const [{ data, error }] = useQuery({
    query: CONVERSATIONS,
    variables: { id: chatbot.id },
    requestPolicy: "cache-and-network",
  });
  const [conversationId, setConversationId] = useState("");
  const [replayed, setReplayed] = useState<Replayed | null>(null);
  const [isBusy, setBusy] = useState(false);
  if (error && !data) return <Failed message={problemOf(error).message} />;
  if (!data?.chatbot) return <Loading label={texts.loading} />;
  const runs = [
    ...Map.groupBy(data.chatbot.conversationContexts.nodes, (run) => run.conversationId).values(),
  ].map(([latest]) => latest!);
  if (runs.length === 0) {
    return (
      <Empty icon="history" title={texts.noConversations}>
        {texts.noConversationsHint}
      </Empty>
    );
  }
  const play = async () => {
    setBusy(true);
    try {
      const { nodes, edges, settings } = draft;
      const input = { conversationId, chatbotId: chatbot.id, nodes, edges, settings };
      const { replayConversation } = await connection.mutate(REPLAY, { input });
      setReplayed(replayConversation);
      const path = replayConversation?.runs.flatMap((run) => run.path) ?? [];
      light({ path, current: null });
    } catch (problem) {
      showProblem(problem);
    } finally {
      setBusy(false);
    }
  };
  return (
    <div className="stack">
      <form
        className="stack tight"
        onSubmit={(event) => {
          event.preventDefault();
          void play();
        }}
      >
        <Field label={texts.conversation} hint={texts.replayHint}>
          {(given) => (
            <select
              {...given}
              className="input"
              value={conversationId}
              onChange={({ target }) => setConversationId(target.value)}
            >
              <option value="">{texts.choose}</option>
              {runs.map(({ conversationId: id, conversation: { contact }, startedAt }) => (
                <option key={id} value={id}>
                  {contact.name ?? contact.profileName ?? contact.phone} ·{" "}
                  {new Date(startedAt).toLocaleString(language, { dateStyle: "short", timeStyle: "short" })}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Button look="primary" type="submit" disabled={conversationId === "" || isBusy}>
          {texts.play}
        </Button>
      </form>
      {replayed && <ReplayedTurns replayed={replayed} />}
    </div>
  );
}

function ReplayedTurns({ replayed: { turns, differentTurns, isCut } }: { replayed: Replayed }) {
  const texts = useWords(simulatorWords);
  const language = useLanguage();
  return (
    <>
      <p role="status">
        <strong>{texts.different(differentTurns, turns.length)}</strong> {isCut && texts.isCut}
      </p>
      <ol className="turns">
        {turns.map(({ at, heard, said, wouldSay, isDifferent }) => (
          <li key={at} className={isDifferent ? "different" : ""}>
            <time dateTime={at}>
              {new Date(at).toLocaleString(language, { dateStyle: "short", timeStyle: "short" })}
            </time>
            {heard.map(({ preview }, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: what was said has no other name
              <p key={index} className="trial-bubble customer" dir="auto">
                {preview}
              </p>
            ))}
            {isDifferent ? (
              <>
                <Said title={texts.before} messages={said} mark="removed" />
                <Said title={texts.now} messages={wouldSay} mark="added" />
              </>
            ) : (
              <Said title={null} messages={said} mark="" />
            )}
          </li>
        ))}
      </ol>
    </>
  );
}

function Said({
  title,
  messages,
  mark,
}: {
  title: string | null;
  messages: readonly { preview: string }[];
  mark: string;
}) {
  const texts = useWords(simulatorWords);
  return (
    <div className={`said ${mark}`}>
      {title && <small>{title}</small>}
      {messages.length === 0 && <p className="soft">{texts.nothingSaid}</p>}
      {messages.map(({ preview }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: what was said has no other name
        <p key={index} className="trial-bubble bot" dir="auto">
          {preview}
        </p>
      ))}
    </div>
  );
}
