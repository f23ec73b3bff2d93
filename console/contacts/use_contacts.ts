import { useCallback, useEffect, useRef, useState } from "react";
import { type Problem, problemOf } from "../graphql/problem.ts";
import { useConnection, useLive, useLiveRows } from "../graphql/use_connection.ts";
import type { Filter } from "../inbox/views.ts";
import { CONTACTS, COUNT, type ContactRow } from "./documents.ts";

const PAGE = 50;
const NOTHING = {
  rows: [] as readonly ContactRow[],
  isLoaded: false,
  next: null as string | null,
  problem: null as Problem | null,
};

/** The contacts that a filter matches, newest first, page by page. Rows that change are shown as they are then. */
export function useContacts(filter: Filter | null) {
  const connection = useConnection();
  const live = useLive();
  const [state, setState] = useState(NOTHING);
  const [count, setCount] = useState<number | null>(null);
  const [generation, setGeneration] = useState(0);
  const isLoading = useRef(false);
  const reload = useCallback(() => setGeneration((known) => known + 1), []);
  const load = useCallback(
    async (after: string | null, isOver: () => boolean) => {
      isLoading.current = true;
      try {
        const { contacts } = await connection.query(CONTACTS, { matching: filter, first: PAGE, after });
        if (isOver() || !contacts) return;
        const next = contacts.pageInfo.hasNextPage ? (contacts.pageInfo.endCursor ?? null) : null;
        setState((known) => ({
          rows: after === null ? contacts.nodes : [...known.rows, ...contacts.nodes],
          isLoaded: true,
          next,
          problem: null,
        }));
      } catch (error) {
        if (!isOver()) setState((known) => ({ ...known, isLoaded: true, problem: problemOf(error) }));
      } finally {
        isLoading.current = false;
      }
    },
    [connection, filter],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new generation loads again
  useEffect(() => {
    let isOver = false;
    void load(null, () => isOver);
    setCount(null);
    connection
      .query(COUNT, { matching: filter })
      .then(({ contacts }) => !isOver && setCount(contacts?.totalCount ?? null))
      // The number is an extra.
      .catch(() => {});
    return () => {
      isOver = true;
    };
  }, [load, connection, filter, generation]);
  useEffect(() => live.onMissed(reload), [live, reload]);
  useLiveRows("contact", (changed) =>
    setState((known) =>
      known.rows.some(({ id }) => id === changed.id)
        ? { ...known, rows: known.rows.map((row) => (row.id === changed.id ? { ...row, ...changed } : row)) }
        : known,
    ),
  );
  useLiveRows("deleted", ({ typeName, id }) => {
    if (typeName === "Contact")
      setState((known) => ({ ...known, rows: known.rows.filter((row) => row.id !== id) }));
  });
  const more = () => {
    if (state.next !== null && !isLoading.current) void load(state.next, () => false);
  };
  return { ...state, count, more, reload };
}
