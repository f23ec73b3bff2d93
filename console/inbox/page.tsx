import "./inbox.css";
import { lazy, Suspense, useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { ConversationContact } from "../contact/panel.tsx";
import { go } from "../routing/location.ts";
import { Empty, Loading } from "../ui/states.tsx";
import { useMedia } from "../ui/use_media.ts";
import { useWords } from "../words/language.ts";
import { ContactShownContext } from "./contact_toggle.tsx";
import { ListPane } from "./list_pane.tsx";
import { contactPane } from "./panes.ts";
import { pathOf, useChoice } from "./use_choice.ts";
import { words } from "./words.ts";

const Thread = lazy(() => import("../thread/thread.tsx"));

/** The conversations, the one that is open, and its contact: as many of them at a time as there is room for. */
export default function InboxPage({ path }: { path: string }) {
  const texts = useWords(words);
  const choice = useChoice();
  const conversationId = path || null;
  const contactShown = useContactShown(conversationId);
  const { isShown: isContactShown, show: showContact } = contactShown;
  const thread = useRef<HTMLDivElement>(null);
  const back = () => go(pathOf(choice, null));

  // Where there is one pane at a time, the focus goes with it.
  useEffect(() => {
    if (conversationId !== null && matchMedia("(width < 48rem)").matches) thread.current?.focus();
  }, [conversationId]);

  return (
    <div className="inbox" data-open={conversationId ?? undefined} data-contact={isContactShown || undefined}>
      <h1 className="visually-hidden">{texts.title}</h1>
      <ListPane choice={choice} openId={conversationId} />
      <div className="thread-pane" ref={thread} tabIndex={-1}>
        {conversationId === null ? (
          <Empty icon="parley" title={texts.chooseTitle}>
            {texts.chooseText}
          </Empty>
        ) : (
          <Suspense fallback={<Loading label={texts.loading} />}>
            <ContactShownContext value={contactShown}>
              <Thread key={conversationId} conversationId={conversationId} onBack={back} />
            </ContactShownContext>
          </Suspense>
        )}
      </div>
      {conversationId !== null && isContactShown && (
        <div className="contact-pane">
          <ConversationContact
            key={conversationId}
            conversationId={conversationId}
            onClose={() => showContact(false)}
          />
        </div>
      )}
    </div>
  );
}

/** On a wide window the contact is shown as the user left it, on others only while it is asked for. */
function useContactShown(conversationId: string | null) {
  const isWide = useMedia("(width >= 75rem)");
  const preferred = useSyncExternalStore(contactPane.watch, contactPane.get);
  const [askedFor, setAskedFor] = useState<string | null>(null);
  const isShown = conversationId !== null && (isWide ? preferred === "shown" : askedFor === conversationId);
  return useMemo(
    () => ({
      isShown,
      show(shows: boolean) {
        if (isWide) contactPane.set(shows ? "shown" : "hidden");
        else setAskedFor(shows ? conversationId : null);
      },
    }),
    [isShown, isWide, conversationId],
  );
}
