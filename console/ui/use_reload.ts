import { useCallback, useEffect, useRef } from "react";
import type { OperationContext } from "urql";
import { useLive } from "../graphql/use_connection.ts";

const AFTER_MS = 300;

/**
 * Reads a query again from the server, once for all that happens within a moment, and also after too much was missed to be
 * reported.
 */
export function useReload(reload: (context?: Partial<OperationContext>) => void): () => void {
  const live = useLive();
  const latest = useRef(reload);
  latest.current = reload;
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const soon = useCallback(() => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => latest.current({ requestPolicy: "network-only" }), AFTER_MS);
  }, []);
  useEffect(() => () => clearTimeout(timer.current), []);
  useEffect(() => live.onMissed(soon), [live, soon]);
  return soon;
}
