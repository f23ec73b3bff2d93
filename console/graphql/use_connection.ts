import { createContext, useContext, useEffect, useRef } from "react";
import type { Connection } from "./connection.ts";
import type { Live } from "./live.ts";

export const ConnectionContext = createContext<{ connection: Connection; live: Live } | null>(null);

/** The connection of the signed-in user. */
export function useConnection(): Connection {
  return useContext(ConnectionContext)!.connection;
}

export function useLive(): Live {
  return useContext(ConnectionContext)!.live;
}

/** Calls the listener with each changed row of that kind while the caller is drawn. */
export function useLiveRows<Kind extends Parameters<Live["on"]>[0]>(
  kind: Kind,
  listener: Parameters<typeof Live.prototype.on<Kind>>[1],
): void {
  const live = useLive();
  const latest = useRef(listener);
  latest.current = listener;
  useEffect(() => live.on(kind, (row) => latest.current(row)), [live, kind]);
}
