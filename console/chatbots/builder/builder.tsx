import "./builder.css";
import { useEffect, useMemo, useState } from "react";
import { useQuery } from "urql";
import { problemOf } from "../../graphql/problem.ts";
import { useConnection } from "../../graphql/use_connection.ts";
import { Failed, Loading } from "../../ui/states.tsx";
import { useWords } from "../../words/language.ts";
import type { Kind, Kinds } from "../graph/kind.ts";
import { builderWords } from "../words/builder_words.ts";
import { CHATBOT, NODE_KINDS, type StoredChatbot } from "./documents.ts";
import { Editor } from "./editor.tsx";

/** Loads a chatbot, then lets it be edited: from then on only the editor changes what is shown. */
export default function Builder({ id, path }: { id: string; path: string }) {
  const texts = useWords(builderWords);
  const connection = useConnection();
  const [chatbot, setChatbot] = useState<StoredChatbot | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [{ data, error }] = useQuery({ query: NODE_KINDS });
  const kinds: Kinds | null = useMemo(() => {
    const list = data?.chatbotNodeKinds as Kind[] | null | undefined;
    return list ? new Map(list.map((kind) => [kind.kind, kind])) : null;
  }, [data]);

  useEffect(() => {
    let isStale = false;
    const load = async () => {
      const { chatbot: read } = await connection.query(CHATBOT, { id });
      if (isStale) return;
      if (read) setChatbot(read);
      else setProblem(texts.notFound);
    };
    load().catch((reason) => !isStale && setProblem(problemOf(reason).message));
    return () => {
      isStale = true;
    };
  }, [connection, id, texts.notFound]);

  if (problem !== null || error) {
    return (
      <div className="page">
        <Failed message={problem ?? problemOf(error).message} />
      </div>
    );
  }
  if (!chatbot || !kinds) return <Loading label={texts.loading} />;
  return (
    <Editor
      key={chatbot.id}
      stored={chatbot}
      kinds={kinds}
      path={path}
      onRefresh={async () => {
        const { chatbot: read } = await connection.query(CHATBOT, { id });
        if (read) setChatbot(read);
      }}
    />
  );
}
