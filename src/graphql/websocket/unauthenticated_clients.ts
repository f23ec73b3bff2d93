/** A connection that can be closed. */
type Client = { terminate(): void };

/**
 * Connections that have not sent a token. They have a separate limit, so that they take no place of signed-in clients.
 * When there are too many, from one source or in total, the oldest is closed: a legitimate client sends its token
 * immediately.
 */
export class UnauthenticatedClients {
  readonly #most: number;
  readonly #mostOfSource: number;
  /** Connections by source, the oldest first. */
  readonly #clients = new Map<string, Set<Client>>();
  #size = 0;

  constructor({ most, mostOfSource }: { most: number; mostOfSource: number }) {
    this.#most = most;
    this.#mostOfSource = mostOfSource;
  }

  add(source: string, client: Client): void {
    const ofSource = this.#clients.get(source) ?? new Set();
    this.#clients.set(source, ofSource.add(client));
    this.#size += 1;
    if (ofSource.size > this.#mostOfSource) this.#disconnectOldest(source);
    else if (this.#size > this.#most) this.#disconnectOldest(this.#fullestSource());
  }

  remove(source: string, client: Client): void {
    const ofSource = this.#clients.get(source);
    if (!ofSource?.delete(client)) return;
    this.#size -= 1;
    if (ofSource.size === 0) this.#clients.delete(source);
  }

  #disconnectOldest(source: string): void {
    const [oldest] = this.#clients.get(source) ?? [];
    if (!oldest) return;
    this.remove(source, oldest);
    oldest.terminate();
  }

  #fullestSource(): string {
    let fullest = "";
    let most = 0;
    for (const [source, { size }] of this.#clients) if (size > most) [fullest, most] = [source, size];
    return fullest;
  }
}
