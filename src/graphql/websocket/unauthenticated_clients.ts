/** What can be shown out. */
type Client = { terminate(): void };

/**
 * Connections that have not shown a token. They are counted apart, so that they take no place of somebody who is signed
 * in; when there are too many, of one source or in all, the one that has kept silent longest has to go: an honest client
 * shows its token at once.
 */
export class UnauthenticatedClients {
  readonly #most: number;
  readonly #mostOfSource: number;
  /** By source, the oldest first. */
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
