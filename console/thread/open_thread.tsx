import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { problemOf } from "../graphql/problem.ts";
import { useConnection } from "../graphql/use_connection.ts";
import { useSearchParameter } from "../routing/location.ts";
import { useMay, useMember } from "../session/member.ts";
import { Button } from "../ui/button.tsx";
import { Empty, Failed, Loading } from "../ui/states.tsx";
import { showProblem, showToast } from "../ui/toasts.tsx";
import { useWords } from "../words/language.ts";
import { MediaUrls } from "./bubble/media_urls.ts";
import { MediaViewer } from "./bubble/media_viewer.tsx";
import { Composer, type ComposerHandle } from "./composer/composer.tsx";
import { type Bubble, type Head, SEND } from "./documents.ts";
import { Header } from "./header/header.tsx";
import { nameOfContact } from "./header/name_of_contact.ts";
import { Announcer } from "./messages/announcer.tsx";
import { firstUnreadOf, rowsOf } from "./messages/rows.ts";
import { Timeline, type TimelineHandle } from "./messages/timeline.tsx";
import { unsentOf } from "./messages/unsent_of.ts";
import { useMarkRead } from "./messages/use_mark_read.ts";
import { useThreadStore } from "./messages/use_thread_store.ts";
import { type ThreadActions, ThreadContext } from "./thread_context.ts";
import { words } from "./words.ts";

/** A conversation that is there. */
export function OpenThread({
  head,
  hasChannels,
  onBack,
  onChanged,
}: {
  head: Head;
  /** Whether the tenant has several channels, so that it matters which one this is. */
  hasChannels: boolean;
  onBack: () => void;
  onChanged: () => void;
}) {
  const texts = useWords(words);
  const connection = useConnection();
  const { user } = useMember();
  const mayWrite = useMay("agent");
  const unsent = unsentOf(connection);
  const { store, state } = useThreadStore(head.id);
  const { list, isLoading, error } = state;
  const allUnsent = useSyncExternalStore(unsent.watch, unsent.get);
  const timeline = useRef<TimelineHandle>(null);
  const composer = useRef<ComposerHandle>(null);
  const [viewed, setViewed] = useState<string | null>(null);
  const [isAtEnd, setAtEnd] = useState(false);
  const contactName = nameOfContact(head.contact);
  const isLoaded = !isLoading || list.messages.length > 0;
  // The line stays where it was when the thread was opened.
  const unreadAtOpening = useRef(head.unreadCount);
  const [firstUnread, setFirstUnread] = useState<string | null | undefined>(undefined);
  if (firstUnread === undefined && isLoaded && !isLoading)
    setFirstUnread(firstUnreadOf(list.messages, unreadAtOpening.current));
  // What arrives while one reads further up stays unread.
  useMarkRead(head, mayWrite && isLoaded && (isAtEnd || head.unreadCount === unreadAtOpening.current));
  const rows = useMemo(
    () =>
      rowsOf(
        list.messages,
        list.newer === null ? allUnsent.filter(({ conversationId }) => conversationId === head.id) : [],
        firstUnread ?? null,
      ),
    [list, allUnsent, firstUnread, head.id],
  );
  const goTo = async (messageId: string) => {
    try {
      if (!(await store.loadAround(messageId))) return showToast(texts.quotedMissing);
      timeline.current?.show(messageId);
    } catch (problem) {
      showProblem(problem);
    }
  };
  const react = async (message: Bubble, emoji: string) => {
    const own = { __typename: undefined, id: `own ${message.id}`, emoji, author: "user" as const, user };
    const others = message.reactions.filter(({ author }) => author === "contact");
    store.put([{ ...message, reactions: emoji ? [...others, own] : others } as Bubble]);
    try {
      await connection.mutate(SEND, {
        input: {
          conversationId: head.id,
          type: "reaction",
          content: { emoji },
          replyToId: message.id,
          idempotencyKey: crypto.randomUUID(),
        },
      });
    } catch (problem) {
      showProblem(problem);
    }
    store.refresh(message.id);
  };
  const actions = useRef({ goTo, react });
  actions.current = { goTo, react };
  const context = useMemo<ThreadActions>(
    () => ({
      conversationId: head.id,
      contactName,
      businessAccountId: head.channel.whatsapp?.businessAccountId ?? null,
      mediaUrls: new MediaUrls(connection),
      goTo: (messageId) => void actions.current.goTo(messageId),
      quote: (message) => composer.current?.quote(message),
      react: (message, emoji) => void actions.current.react(message, emoji),
      takeBack: (text) => composer.current?.takeBack(text),
      view: ({ id }) => setViewed(id),
      refresh: (messageId) => store.refresh(messageId),
    }),
    [head.id, contactName, head.channel.whatsapp?.businessAccountId, connection, store],
  );
  // A result of a search leads to its message.
  const wanted = useSearchParameter("message");
  useEffect(() => {
    if (wanted && isLoaded) actions.current.goTo(wanted);
  }, [wanted, isLoaded]);
  const label = texts.thread(contactName);
  useEffect(() => {
    const keys = () => unsent.get().flatMap((each) => (each.conversationId === head.id ? [each.key] : []));
    let known = new Set(keys());
    return unsent.watch(() => {
      // What is written now stands at the end.
      if (keys().some((key) => !known.has(key))) timeline.current?.follow();
      known = new Set(keys());
    });
  }, [unsent, head.id]);
  return (
    <ThreadContext value={context}>
      <section className="thread" aria-label={label}>
        <Header head={head} hasChannels={hasChannels} onBack={onBack} onChanged={onChanged} />
        {rows.length > 0 ? (
          <Timeline
            ref={timeline}
            rows={rows}
            label={label}
            hasOlder={list.older !== null}
            hasNewer={list.newer !== null}
            onOlder={store.loadOlder}
            onNewer={store.loadNewer}
            onEnd={setAtEnd}
            onToEnd={store.loadNewest}
          />
        ) : isLoading ? (
          <Loading label={texts.loading} />
        ) : error ? (
          <div className="thread-problem">
            <Failed message={`${texts.failed} ${problemOf(error).message}`}>
              <p>
                <Button onClick={() => void store.loadNewest()}>{texts.loadAgain}</Button>
              </p>
            </Failed>
          </div>
        ) : (
          <Empty icon="parley" title={texts.empty}>
            <p>{texts.emptyHint}</p>
          </Empty>
        )}
        <Announcer messages={list.messages} isLoaded={isLoaded} />
        {mayWrite && <Composer ref={composer} head={head} onChanged={onChanged} />}
        {viewed !== null && (
          <MediaViewer
            messages={list.messages}
            messageId={viewed}
            onShow={setViewed}
            onClose={() => setViewed(null)}
          />
        )}
      </section>
    </ThreadContext>
  );
}
