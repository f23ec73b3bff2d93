import { useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { useQuery } from "urql";
import { useConnection, useLive } from "../graphql/use_connection.ts";
import { ConversationList, type Listed, type ListState } from "./conversation_list.ts";
import { VIEWS } from "./documents.ts";
import { type Choice, columnFilterOf, filterOf, isBuiltIn, orderOf } from "./views.ts";

const NOTHING_YET: ListState = { rows: [], isLoaded: false, hasMore: true, newCount: 0, problem: null };

/** The conversations of what was chosen, and the list that keeps them up to date; null until it is known what to list. */
export function useConversations(choice: Choice): { list: ConversationList | null; state: ListState } {
  const connection = useConnection();
  const live = useLive();
  const listed = useListed(choice);
  const [list, setList] = useState<ConversationList | null>(null);
  useEffect(() => {
    if (!listed) return;
    const opened = new ConversationList(connection, live, listed);
    setList(opened);
    return () => {
      opened.close();
      setList(null);
    };
  }, [connection, live, listed]);
  const state = useSyncExternalStore(
    (watcher) => list?.watch(watcher) ?? (() => {}),
    () => list?.state ?? NOTHING_YET,
  );
  return { list, state };
}

function useListed(choice: Choice): Listed | null {
  const isSaved = !isBuiltIn(choice.view);
  const [{ data }] = useQuery({ query: VIEWS, pause: !isSaved });
  const savedOrder = data?.views?.nodes.find(({ id }) => id === choice.view)?.orderBy;
  const isKnown = !isSaved || data !== undefined;
  return useMemo(
    () =>
      isKnown
        ? {
            matching: filterOf(choice),
            view: isSaved ? choice.view : null,
            filter: columnFilterOf(choice),
            order: orderOf(choice, savedOrder),
          }
        : null,
    [isKnown, isSaved, choice, savedOrder],
  );
}
