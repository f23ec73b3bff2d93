/** A map that forgets its oldest entry when it grows past its capacity. Every operation is O(1). */
export class BoundedMap<K, V> {
  readonly capacity: number;
  readonly #entries = new Map<K, V>();
  /** One live iterator: starting a new one at each eviction would walk over all the holes V8 leaves behind. */
  readonly #oldest = this.#entries.keys();

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: K): V | undefined {
    return this.#entries.get(key);
  }

  /** Stores `value` and returns it. A key that is already there keeps its age. */
  set(key: K, value: V): V {
    this.#entries.set(key, value);
    if (this.#entries.size > this.capacity) {
      const oldest = this.#oldest.next();
      if (!oldest.done) this.#entries.delete(oldest.value);
    }
    return value;
  }

  delete(key: K): boolean {
    return this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
  }

  /** The values, oldest first. */
  values(): IterableIterator<V> {
    return this.#entries.values();
  }
}
