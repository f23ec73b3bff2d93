import { ParleyError } from "./errors.ts";
import { withTimeout } from "./timeout.ts";

export type ShareSettings = {
  /** How many pieces of work may run at once. */
  places: number;
  /** How many of them may belong to one key: one limit for each position in a piece of work's list of keys. */
  perKey: readonly number[];
  /** How many pieces of work may wait, in total and for one first key. Default: none. */
  waiting?: number;
  waitingPerKey?: number;
  /** Work that has waited this long is refused. */
  waitMs?: number;
  /** Makes the error message that says which limit was reached. */
  refusal: string;
};

type Waiter = { keys: readonly string[]; admit: () => void };

/**
 * A fair concurrency limiter for a shared resource: connections, slots, a processor. Each piece of work names the keys
 * it belongs to, the broadest first (tenant, then session), and counts against each. A free place goes to the waiting
 * work whose first key holds the fewest places, within a key to the oldest: a busy tenant does not delay the others.
 */
export class FairShare {
  readonly #settings: ShareSettings;
  readonly #held: readonly Map<string, number>[];
  #running = 0;
  #waiting = 0;
  /** Waiting work by first key, in order of arrival. */
  readonly #queues = new Map<string, Waiter[]>();

  constructor(settings: ShareSettings) {
    this.#settings = settings;
    this.#held = settings.perKey.map(() => new Map());
  }

  /**
   * Runs the work when a place is free.
   * @throws ParleyError PYUNA when no place becomes free in time, or too many are waiting already
   */
  async run<T>(keys: readonly string[], work: () => Promise<T>): Promise<T> {
    const leave = this.tryEnter(keys) ?? (await this.#wait(keys));
    try {
      return await work();
    } finally {
      leave();
    }
  }

  /** Takes a place and returns the function that releases it; null when none is free. */
  tryEnter(keys: readonly string[]): (() => void) | null {
    if (!this.#hasRoom(keys)) return null;
    this.#take(keys);
    return this.#leaver(keys);
  }

  /** Whether work of these keys is running. */
  holds(keys: readonly string[]): boolean {
    return keys.every((key, at) => this.#held[at]!.has(key));
  }

  /** The keys that have reached their limit. */
  exhausted(): string[] {
    return this.#held.flatMap((held, at) =>
      [...held].flatMap(([key, count]) => (count >= this.#settings.perKey[at]! ? [key] : [])),
    );
  }

  #hasRoom(keys: readonly string[]): boolean {
    const { places, perKey } = this.#settings;
    if (this.#running >= places) return false;
    return this.#held.every((held, at) => (held.get(keys[at]!) ?? 0) < perKey[at]!);
  }

  #take(keys: readonly string[]): void {
    this.#running += 1;
    for (const [at, held] of this.#held.entries()) count(held, keys[at]!, 1);
  }

  #leaver(keys: readonly string[]): () => void {
    let isIn = true;
    return () => {
      if (!isIn) return;
      isIn = false;
      this.#running -= 1;
      for (const [at, held] of this.#held.entries()) count(held, keys[at]!, -1);
      this.#admitNext();
    };
  }

  async #wait(keys: readonly string[]): Promise<() => void> {
    const { waiting = 0, waitingPerKey = waiting, waitMs = 2_000, refusal } = this.#settings;
    const queue = this.#queues.get(keys[0]!) ?? [];
    if (this.#waiting >= waiting || queue.length >= waitingPerKey) throw new ParleyError("PYUNA", refusal);
    const { promise: admitted, resolve } = Promise.withResolvers<void>();
    const waiter: Waiter = { keys, admit: resolve };
    queue.push(waiter);
    this.#queues.set(keys[0]!, queue);
    this.#waiting += 1;
    const refuse = () => {
      this.#forget(waiter);
      return new ParleyError("PYUNA", refusal);
    };
    await withTimeout(waitMs, () => admitted, refuse);
    return this.#leaver(keys);
  }

  #forget(waiter: Waiter): void {
    const [key] = waiter.keys as [string];
    const queue = this.#queues.get(key)!;
    queue.splice(queue.indexOf(waiter), 1);
    if (queue.length === 0) this.#queues.delete(key);
    this.#waiting -= 1;
  }

  #admitNext(): void {
    let next: Waiter | undefined;
    let fewest = Number.POSITIVE_INFINITY;
    for (const [key, queue] of this.#queues) {
      const holds = this.#held[0]?.get(key) ?? 0;
      const first = holds < fewest && queue.find((waiter) => this.#hasRoom(waiter.keys));
      if (first) [next, fewest] = [first, holds];
    }
    if (!next) return;
    this.#forget(next);
    // Moves the key to the end: keys that hold equally many places take turns.
    const [key] = next.keys as [string];
    const queue = this.#queues.get(key);
    if (queue && this.#queues.delete(key)) this.#queues.set(key, queue);
    this.#take(next.keys);
    next.admit();
  }
}

function count(counts: Map<string, number>, key: string, by: number): void {
  const now = (counts.get(key) ?? 0) + by;
  if (now > 0) counts.set(key, now);
  else counts.delete(key);
}
