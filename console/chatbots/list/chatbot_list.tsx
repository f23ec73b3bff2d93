import "./list.css";
import { useState } from "react";
import { useQuery } from "urql";
import { problemOf } from "../../graphql/problem.ts";
import { useMay } from "../../session/member.ts";
import { Button } from "../../ui/button.tsx";
import { Empty, Failed, Loading } from "../../ui/states.tsx";
import { useLanguage, useWords } from "../../words/language.ts";
import { listWords } from "../words/list_words.ts";
import { ChatbotRow } from "./chatbot_row.tsx";
import { CHATBOTS, FIGURES } from "./documents.ts";
import { ImportButton } from "./import_button.tsx";
import { NewDialog } from "./new_dialog.tsx";

/** All chatbots with their state and the figures of the last 30 days. */
export function ChatbotList() {
  const texts = useWords(listWords);
  const mayEdit = useMay("admin");
  const [pages, setPages] = useState<(string | null)[]>([null]);
  const [isCreating, setCreating] = useState(false);
  return (
    <div className="page chatbot-list">
      <header>
        <h1>{texts.title}</h1>
        {mayEdit && (
          <div className="row">
            <ImportButton />
            <Button look="primary" icon="plus" onClick={() => setCreating(true)}>
              {texts.create}
            </Button>
          </div>
        )}
      </header>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{texts.name}</th>
            <th scope="col">{texts.state}</th>
            <th scope="col" className="number">
              {texts.runs}
            </th>
            <th scope="col" className="number">
              {texts.containment}
            </th>
            <th scope="col">{texts.changed}</th>
            <th scope="col">
              <span className="visually-hidden">{texts.actions}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {pages.map((after, index) => (
            <ChatbotPage
              key={after}
              after={after}
              isLast={index === pages.length - 1}
              onMore={(cursor) => setPages([...pages, cursor])}
            />
          ))}
        </tbody>
      </table>
      {isCreating && <NewDialog onClose={() => setCreating(false)} />}
    </div>
  );
}

function ChatbotPage({
  after,
  isLast,
  onMore,
}: {
  after: string | null;
  isLast: boolean;
  onMore: (cursor: string) => void;
}) {
  const texts = useWords(listWords);
  const language = useLanguage();
  const [{ data, error }, reload] = useQuery({
    query: CHATBOTS,
    variables: { after },
    requestPolicy: "cache-and-network",
  });
  const [{ data: counted }] = useQuery({ query: FIGURES, requestPolicy: "cache-and-network" });
  const figures = counted?.currentMembership?.tenant.chatbotFigures.nodes ?? [];
  const whole = (content: React.ReactNode) => (
    <tr>
      <td colSpan={6}>{content}</td>
    </tr>
  );
  if (error && !data) return whole(<Failed message={problemOf(error).message} />);
  if (!data?.chatbots) return whole(<Loading label={texts.loading} />);
  const { nodes, pageInfo } = data.chatbots;
  if (nodes.length === 0 && after === null) {
    return whole(
      <Empty icon="chatbot" title={texts.none}>
        {texts.noneHint}
      </Empty>,
    );
  }
  return (
    <>
      {nodes.map((chatbot) => (
        <ChatbotRow
          key={chatbot.id}
          chatbot={chatbot}
          figures={figures.find(({ chatbotId }) => chatbotId === chatbot.id)}
          language={language}
          onChanged={() => reload({ requestPolicy: "network-only" })}
        />
      ))}
      {isLast &&
        pageInfo.hasNextPage &&
        whole(<Button onClick={() => onMore(pageInfo.endCursor!)}>{texts.more}</Button>)}
    </>
  );
}
