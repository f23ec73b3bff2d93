import { lazy, Suspense } from "react";
import { useMay } from "../session/member.ts";
import { Loading } from "../ui/states.tsx";
import { useWords } from "../words/language.ts";
import { ChatbotList } from "./list/chatbot_list.tsx";
import { listWords } from "./words/list_words.ts";

const Builder = lazy(() => import("./builder/builder.tsx"));

/** All chatbots, or the builder of one. A graph may contain credentials, so it is for admins. */
export default function ChatbotsPage({ path }: { path: string }) {
  const { loading } = useWords(listWords);
  const mayEdit = useMay("admin");
  const [id = "", ...rest] = path.split("/");
  if (id === "" || !mayEdit) return <ChatbotList />;
  return (
    <Suspense fallback={<Loading label={loading} />}>
      <Builder key={id} id={id} path={rest.join("/")} />
    </Suspense>
  );
}
