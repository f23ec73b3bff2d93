import type { Client } from "./client.ts";

/** The clients whose token was accepted, by session or API key, so that they can be closed. */
export class SignedInClients {
  readonly #byCredential = new Map<string, Set<Client>>();

  /** Adds a client; returns the function that removes it. */
  add(client: Client, credentialId: string): () => void {
    const clients = this.#byCredential.get(credentialId) ?? new Set<Client>();
    this.#byCredential.set(credentialId, clients.add(client));
    return () => {
      clients.delete(client);
      if (clients.size === 0 && this.#byCredential.get(credentialId) === clients)
        this.#byCredential.delete(credentialId);
    };
  }

  /** Closes the clients of sessions and API keys that have ended, or whose user has another role. */
  ended(credentialIds: readonly string[]): void {
    for (const id of credentialIds)
      for (const client of this.#byCredential.get(id) ?? []) client.close("signedOut");
  }

  /** Closes all clients: changes, and ends of sessions, may have been missed. */
  missed(): void {
    for (const clients of this.#byCredential.values()) for (const client of clients) client.close("missed");
  }
}
