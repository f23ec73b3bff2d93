/** First in, first out, O(1) at both ends however long it gets. */
export class Queue<T> {
  #incoming: T[] = [];
  #outgoing: T[] = [];

  get size(): number {
    return this.#incoming.length + this.#outgoing.length;
  }

  push(item: T): void {
    this.#incoming.push(item);
  }

  /** Takes up to `count` items, oldest first. */
  take(count: number): T[] {
    const taken: T[] = [];
    while (taken.length < count) {
      if (this.#outgoing.length === 0) {
        this.#outgoing = this.#incoming.reverse();
        this.#incoming = [];
      }
      const item = this.#outgoing.pop();
      if (item === undefined) break;
      taken.push(item);
    }
    return taken;
  }

  clear(): void {
    this.#incoming = [];
    this.#outgoing = [];
  }
}
