import { useEffect, useState, useSyncExternalStore } from "react";
import { useConnection, useLive, useLiveRows } from "../../graphql/use_connection.ts";
import { type ThreadState, ThreadStore } from "./thread_store.ts";
import { unsentOf } from "./unsent_of.ts";

/** What is reported beside messages without being one. */
const CHANGES: ReadonlySet<string> = new Set(["reaction", "edit", "revoke"]);

/** The messages of a conversation, loaded from their end on, and kept up to date while the caller is drawn. */
export function useThreadStore(conversationId: string): { store: ThreadStore; state: ThreadState } {
  const connection = useConnection();
  const live = useLive();
  const [store] = useState(() => new ThreadStore(connection, conversationId));
  const state = useSyncExternalStore(store.watch, store.get);
  useEffect(() => {
    void store.loadNewest();
    const ends = [
      live.onMissed(store.loadNewest),
      connection.socketState.onConnected(() => store.connected()),
      unsentOf(connection).onStored(
        (message) => message.conversationId === conversationId && store.put([message]),
      ),
    ];
    return () => {
      for (const end of ends) end();
      store.close();
    };
  }, [store, live, connection, conversationId]);
  useLiveRows("message", (message) => {
    if (message.conversationId !== conversationId || CHANGES.has(message.type)) return;
    store.refresh(message.id);
  });
  useLiveRows("messageChange", (message) => {
    if (message.conversationId !== conversationId || CHANGES.has(message.type)) return;
    store.refresh(message.id);
  });
  useLiveRows("status", (status) => store.putStatus(status));
  useLiveRows("deleted", ({ typeName, id }) => {
    if (typeName === "Message") store.remove(id);
    // Two conversations may have become one, whose messages are not reported.
    else if (typeName === "Conversation" && id !== conversationId) void store.loadNewest();
  });
  return { store, state };
}
