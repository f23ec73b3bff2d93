import { createContext, useContext } from "react";
import type { Connection } from "./connection.ts";

export const ConnectionContext = createContext<Connection | null>(null);

/** The connection of the signed-in user. */
export function useConnection(): Connection {
  return useContext(ConnectionContext)!;
}
