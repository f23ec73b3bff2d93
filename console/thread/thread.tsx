import "./thread.css";
import { useMemo, useRef } from "react";
import { useQuery } from "urql";
import { problemOf } from "../graphql/problem.ts";
import { useLiveRows } from "../graphql/use_connection.ts";
import { Button } from "../ui/button.tsx";
import { Failed, Loading } from "../ui/states.tsx";
import { useWords } from "../words/language.ts";
import { useCollected } from "./collect.ts";
import { THREAD } from "./documents.ts";
import { OpenThread } from "./open_thread.tsx";
import { words } from "./words.ts";

/** A conversation: its header, its messages, and what is written next. */
export default function Thread({ conversationId, onBack }: { conversationId: string; onBack: () => void }) {
  // Nothing of one conversation is kept for the next one.
  return <LoadedThread key={conversationId} conversationId={conversationId} onBack={onBack} />;
}

function LoadedThread({ conversationId, onBack }: { conversationId: string; onBack: () => void }) {
  const texts = useWords(words);
  const [{ data, error, fetching }, read] = useQuery({
    query: THREAD,
    variables: useMemo(() => ({ id: conversationId }), [conversationId]),
    requestPolicy: "cache-and-network",
  });
  const readAgain = useCollected(() => read({ requestPolicy: "network-only" }));
  useLiveRows("conversation", ({ id }) => id === conversationId && readAgain());
  useLiveRows("contact", ({ id }) => id === data?.conversation?.contact.id && readAgain());
  useLiveRows("channel", ({ id }) => id === data?.conversation?.channel.id && readAgain());
  // Without a connection, the conversation stays as it was.
  const latest = useRef(data);
  if (data?.conversation || !error) latest.current = data ?? latest.current;
  const shown = latest.current;
  if (shown?.conversation)
    return (
      <OpenThread
        head={shown.conversation}
        hasChannels={(shown.channels?.nodes.length ?? 0) > 1}
        onBack={onBack}
        onChanged={readAgain}
      />
    );
  if (fetching) return <Loading label={texts.loading} />;
  return (
    <div className="thread-problem">
      <Failed message={error ? problemOf(error).message : texts.notFound}>
        <p>
          <Button onClick={() => read({ requestPolicy: "network-only" })}>{texts.loadAgain}</Button>
        </p>
      </Failed>
    </div>
  );
}
