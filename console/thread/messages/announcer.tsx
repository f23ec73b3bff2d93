import { useEffect, useRef, useState } from "react";
import { useMember } from "../../session/member.ts";
import { useWords } from "../../words/language.ts";
import { nameOfAuthor, summaryOf } from "../bubble/author.ts";
import type { Bubble } from "../documents.ts";
import { useThread } from "../thread_context.ts";
import { words } from "../words.ts";

/** Says to a screen reader what the customer and colleagues write, once, and nothing of what was there before. */
export function Announcer({ messages, isLoaded }: { messages: readonly Bubble[]; isLoaded: boolean }) {
  const texts = useWords(words);
  const { user } = useMember();
  const { contactName } = useThread();
  const [said, setSaid] = useState("");
  const lastId = useRef<string | null>(null);
  useEffect(() => {
    if (!isLoaded) return;
    const last = messages.at(-1);
    const before = lastId.current;
    lastId.current = last?.id ?? "";
    if (before === null || !last || last.id <= before) return;
    const isNew = Date.now() - Date.parse(last.occurredAt) < 60_000;
    if (!isNew || last.user?.id === user.id) return;
    setSaid(texts.announced(nameOfAuthor(last, contactName, user.id, texts), summaryOf(last, texts)));
  }, [messages, isLoaded, texts, user.id, contactName]);
  return (
    <p className="visually-hidden" role="status">
      {said}
    </p>
  );
}
