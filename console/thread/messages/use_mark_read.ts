import { useEffect, useSyncExternalStore } from "react";
import { problemOf } from "../../graphql/problem.ts";
import { useConnection } from "../../graphql/use_connection.ts";
import { showProblem } from "../../ui/toasts.tsx";
import { type Head, MARK_READ } from "../documents.ts";

/** Marks the conversation as read while its end is on a screen that somebody looks at. */
export function useMarkRead({ id, unreadCount }: Head, isShown: boolean): void {
  const connection = useConnection();
  const isVisible = useSyncExternalStore(watchVisibility, () => document.visibilityState === "visible");
  const isDue = isShown && isVisible && unreadCount > 0;
  useEffect(() => {
    if (!isDue) return;
    connection.mutate(MARK_READ, { id }).catch((error) => {
      // Without a connection, the next message or look marks it.
      if (problemOf(error).code !== "PYNET") showProblem(error);
    });
  }, [isDue, connection, id]);
}

function watchVisibility(watcher: () => void): () => void {
  document.addEventListener("visibilitychange", watcher);
  return () => document.removeEventListener("visibilitychange", watcher);
}
