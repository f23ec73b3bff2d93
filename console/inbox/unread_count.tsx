import { useEffect, useSyncExternalStore } from "react";
import { useConnection, useLive } from "../graphql/use_connection.ts";
import { useMember } from "../session/member.ts";
import { attention } from "../shell/attention.ts";
import { useWords } from "../words/language.ts";
import { MOST, Unread } from "./unread.ts";
import { useNotifications } from "./use_notifications.ts";
import { words } from "./words.ts";

/** How many conversations have something unread for the user, on every page; and notifications of what comes. */
export function UnreadCount() {
  const texts = useWords(words);
  const connection = useConnection();
  const live = useLive();
  const { user } = useMember();
  const count = useSyncExternalStore(attention.watch, attention.get);
  useEffect(() => {
    const unread = new Unread(connection, live, user.id, (unreadNow) => attention.set(unreadNow));
    return () => {
      unread.close();
      attention.set(0);
    };
  }, [connection, live, user.id]);
  useNotifications();
  if (count === 0) return null;
  return (
    <span className="count">
      <span aria-hidden="true">{count >= MOST ? "99+" : count}</span>
      <span className="visually-hidden">{texts.unreadConversations(count)}</span>
    </span>
  );
}
