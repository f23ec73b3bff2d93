/** What can be shown out. */
type Guest = { terminate(): void };

/**
 * Connections that have not shown a token. They are counted apart, so that they take no place of somebody who is signed
 * in; when there are too many, of one source or in all, the one that has kept silent longest has to go: an honest client
 * shows its token at once.
 */
export class WaitingRoom {
  readonly #most: number;
  readonly #mostOfSource: number;
  /** By source, the oldest first. */
  readonly #guests = new Map<string, Set<Guest>>();
  #size = 0;

  constructor({ most, mostOfSource }: { most: number; mostOfSource: number }) {
    this.#most = most;
    this.#mostOfSource = mostOfSource;
  }

  enter(source: string, guest: Guest): void {
    const ofSource = this.#guests.get(source) ?? new Set();
    this.#guests.set(source, ofSource.add(guest));
    this.#size += 1;
    if (ofSource.size > this.#mostOfSource) this.#showOut(source);
    else if (this.#size > this.#most) this.#showOut(this.#fullestSource());
  }

  leave(source: string, guest: Guest): void {
    const ofSource = this.#guests.get(source);
    if (!ofSource?.delete(guest)) return;
    this.#size -= 1;
    if (ofSource.size === 0) this.#guests.delete(source);
  }

  #showOut(source: string): void {
    const [oldest] = this.#guests.get(source) ?? [];
    if (!oldest) return;
    this.leave(source, oldest);
    oldest.terminate();
  }

  #fullestSource(): string {
    let fullest = "";
    let most = 0;
    for (const [source, { size }] of this.#guests) if (size > most) [fullest, most] = [source, size];
    return fullest;
  }
}
