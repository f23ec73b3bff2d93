import type { Visitor } from "../auth/visitor.ts";
import type { Client } from "./client.ts";

/** The clients whose token was accepted, so that they can be closed when their session ends. */
export type SignedInClients = {
  /** Adds a client; returns the function that removes it. */
  add(client: Client, visitor: Visitor): () => void;
  ended(sessionIds: readonly string[]): void;
  missed(): void;
};

/** @param isSignedIn whether a session is open: asked of the database */
export function createSignedInClients(isSignedIn: (visitor: Visitor) => Promise<boolean>): SignedInClients {
  const bySession = new Map<string, Map<Client, Visitor>>();

  const ended = (sessionIds: readonly string[]) => {
    for (const id of sessionIds)
      for (const client of bySession.get(id)?.keys() ?? []) client.close("signedOut");
  };

  return {
    add(client, visitor) {
      const { sessionId } = visitor;
      const clients = bySession.get(sessionId) ?? new Map<Client, Visitor>();
      bySession.set(sessionId, clients.set(client, visitor));
      return () => {
        clients.delete(client);
        if (clients.size === 0 && bySession.get(sessionId) === clients) bySession.delete(sessionId);
      };
    },

    ended,

    missed() {
      for (const [sessionId, clients] of bySession) {
        const [visitor] = clients.values();
        if (!visitor) continue;
        isSignedIn(visitor).then(
          (isOpen) => {
            if (!isOpen) ended([sessionId]);
          },
          // The database is unreachable again: the feed will reconnect and repeat the check.
          () => {},
        );
      }
    },
  };
}
