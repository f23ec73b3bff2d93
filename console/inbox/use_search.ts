import { useEffect, useState } from "react";
import type { ResultOf } from "../graphql/graphql.ts";
import { type Problem, problemOf } from "../graphql/problem.ts";
import { useConnection } from "../graphql/use_connection.ts";
import { SEARCH } from "./documents.ts";

type Data = ResultOf<typeof SEARCH>;
export type FoundContact = NonNullable<Data["searchContacts"]>["nodes"][number];
export type FoundMessage = NonNullable<Data["searchMessages"]>["nodes"][number];

export type Found = {
  query: string;
  contacts: readonly FoundContact[];
  messages: readonly FoundMessage[];
  next: string | null;
  isSearching: boolean;
  problem: Problem | null;
};

/** Typing pauses so long before a search begins. */
const PAUSE_MS = 200;
/** So many letters, or digits, are worth a search. */
const LEAST = 2;

/** What messages and contacts have the words of the query; null while there is nothing to search for. */
export function useSearch(query: string): { found: Found | null; more: () => Promise<void> } {
  const connection = useConnection();
  const text = query.trim();
  const [found, setFound] = useState<Found | null>(null);
  useEffect(() => {
    if (text.length < LEAST) {
      setFound(null);
      return;
    }
    let isOver = false;
    setFound((before) => before && { ...before, isSearching: true });
    const timer = setTimeout(async () => {
      try {
        const data = await connection.query(SEARCH, { query: text, after: null, isFirst: true });
        if (isOver) return;
        setFound({
          query: text,
          contacts: data.searchContacts?.nodes ?? [],
          messages: data.searchMessages?.nodes ?? [],
          next: nextOf(data),
          isSearching: false,
          problem: null,
        });
      } catch (error) {
        const problem = problemOf(error);
        if (!isOver)
          setFound({ query: text, contacts: [], messages: [], next: null, isSearching: false, problem });
      }
    }, PAUSE_MS);
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [connection, text]);
  const more = async () => {
    if (!found?.next) return;
    const data = await connection.query(SEARCH, { query: found.query, after: found.next, isFirst: false });
    setFound(
      (before) =>
        before && {
          ...before,
          messages: [...before.messages, ...(data.searchMessages?.nodes ?? [])],
          next: nextOf(data),
        },
    );
  };
  return { found, more };
}

function nextOf({ searchMessages }: Data): string | null {
  return searchMessages?.pageInfo.hasNextPage ? (searchMessages.pageInfo.endCursor ?? null) : null;
}
