import type { Client } from "./client.ts";

/** The clients whose token was accepted, by session, so that they can be closed. */
export class SignedInClients {
  readonly #bySession = new Map<string, Set<Client>>();

  /** Adds a client; returns the function that removes it. */
  add(client: Client, sessionId: string): () => void {
    const clients = this.#bySession.get(sessionId) ?? new Set<Client>();
    this.#bySession.set(sessionId, clients.add(client));
    return () => {
      clients.delete(client);
      if (clients.size === 0 && this.#bySession.get(sessionId) === clients) this.#bySession.delete(sessionId);
    };
  }

  /** Closes the clients of sessions that have ended, or whose user has another role. */
  ended(sessionIds: readonly string[]): void {
    for (const id of sessionIds)
      for (const client of this.#bySession.get(id) ?? []) client.close("signedOut");
  }

  /** Closes all clients: changes, and ends of sessions, may have been missed. */
  missed(): void {
    for (const clients of this.#bySession.values()) for (const client of clients) client.close("missed");
  }
}
