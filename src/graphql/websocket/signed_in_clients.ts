import type { MemberRole, Visitor } from "../auth/visitor.ts";
import type { Client } from "./client.ts";

/** The clients whose token was accepted, so that they can be closed when their session ends or their role changes. */
export type SignedInClients = {
  /** Adds a client; returns the function that removes it. */
  add(client: Client, visitor: Visitor): () => void;
  /** Sessions that have ended, or whose user has another role. */
  ended(sessionIds: readonly string[]): void;
  /** Closes the clients whose session may have ended without notice, if it has. Fails if the database cannot be asked. */
  missed(): Promise<void>;
};

/** @param roleOf the role of an open session: asked of the database */
export function createSignedInClients(
  roleOf: (visitor: Visitor) => Promise<MemberRole | null>,
): SignedInClients {
  const bySession = new Map<string, Map<Client, Visitor>>();

  const ended = (sessionIds: readonly string[]) => {
    for (const id of sessionIds)
      for (const client of bySession.get(id)?.keys() ?? []) client.close("signedOut");
  };

  const check = async (clients: ReadonlyMap<Client, Visitor>) => {
    const [visitor] = clients.values();
    if (!visitor) return;
    const role = await roleOf(visitor);
    for (const client of clients.keys())
      if (role === null || (client.role !== null && client.role !== role)) client.close("signedOut");
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

    async missed() {
      await Promise.all([...bySession.values()].map(check));
    },
  };
}
