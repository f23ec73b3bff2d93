/** The last `capacity` things that were added: a ring, so that adding never moves or copies anything. */
export class Recent<T> {
  readonly capacity: number;
  readonly #ring: T[] = [];
  #oldest = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  get size(): number {
    return this.#ring.length;
  }

  add(item: T): void {
    if (this.#ring.length < this.capacity) {
      this.#ring.push(item);
      return;
    }
    this.#ring[this.#oldest] = item;
    this.#oldest = (this.#oldest + 1) % this.capacity;
  }

  clear(): void {
    this.#ring.length = 0;
    this.#oldest = 0;
  }

  /** A copy, oldest first. */
  list(): T[] {
    return [...this.#ring.slice(this.#oldest), ...this.#ring.slice(0, this.#oldest)];
  }
}
