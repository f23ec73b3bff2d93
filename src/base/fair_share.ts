import { ParleyError } from "./errors.ts";
import { withTimeout } from "./timeout.ts";

export type ShareSettings = {
  /** Places in all. */
  places: number;
  /** How many of them one key may hold: one limit for each of the keys that a piece of work names. */
  perKey: readonly number[];
  /** How much work may wait, in all and of one first key. Default: none. */
  waiting?: number;
  waitingPerKey?: number;
  /** After so long in the queue work is refused. */
  waitMs?: number;
  /** Says what there is too much of. */
  refusal: string;
};

type Waiter = { keys: readonly string[]; admit: () => void };

/**
 * Places of something that many share: connections, slots, a processor. Each piece of work names the keys it belongs to,
 * the largest first (a tenant, then a session), and holds a place of each. A place that comes free goes to whoever
 * waits and whose first key holds the fewest, within a key to the oldest: nobody's crowd keeps another waiting.
 */
export class FairShare {
  readonly #settings: ShareSettings;
  readonly #held: readonly Map<string, number>[];
  #running = 0;
  #waiting = 0;
  /** By first key, each in the order of arrival. */
  readonly #queues = new Map<string, Waiter[]>();

  constructor(settings: ShareSettings) {
    this.#settings = settings;
    this.#held = settings.perKey.map(() => new Map());
  }

  /**
   * Runs the work when there is a place for it.
   * @throws ParleyError PYUNA when there is none in time, or too many wait already
   */
  async run<T>(keys: readonly string[], work: () => Promise<T>): Promise<T> {
    const leave = this.tryEnter(keys) ?? (await this.#wait(keys));
    try {
      return await work();
    } finally {
      leave();
    }
  }

  /** Takes a place; the answer gives it back. Null when there is none now. */
  tryEnter(keys: readonly string[]): (() => void) | null {
    if (!this.#hasRoom(keys)) return null;
    this.#take(keys);
    return this.#leaver(keys);
  }

  /** The keys that hold as many places as they may. */
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
    // To the end of the line: keys that hold equally many take turns.
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
