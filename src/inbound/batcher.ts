type BatcherOptions<T> = {
  /**
   * Processes a batch and isolates its items from each other. `isWanted` tells whether a caller still waits for one of them; a
   * long run checks it from time to time.
   */
  run: (items: T[], isWanted: () => boolean) => Promise<void>;
  weigh: (item: T) => number;
  /** The key (tenant) of an item; by default all items have the same one. */
  keyOf?: (item: T) => string;
  /** Whether each batch has items of one key only, and each key at most one batch in progress; by default batches are mixed. */
  isApart?: boolean;
  /** The limits of the weight of a batch, of all waiting items, and of those of one key; a single item may be heavier. */
  batchWeight: number;
  waitingWeight: number;
  waitingWeightOfKey?: number;
  /** The limit of batches in progress. */
  concurrency: number;
};

export class BatcherFull extends Error {
  override name = "BatcherFull";
}

type Waiting<T> = {
  item: T;
  weight: number;
  isWanted: () => boolean;
  resolve: () => void;
  reject: (error: unknown) => void;
};
type Queue<T> = { key: string; weight: number; waiting: Waiting<T>[] };

/**
 * Groups items into batches without a timer: an item starts a batch immediately, and items that arrive while it is in progress
 * form the next one. A single item does not wait; under load batches grow. Keys (tenants) take turns, regardless of the number
 * of their items.
 */
export class Batcher<T> {
  readonly #options: BatcherOptions<T>;
  readonly #queues = new Map<string, Queue<T>>();
  readonly #busyKeys = new Set<string>();
  readonly #running = new Set<Promise<void>>();
  #waitingWeight = 0;
  #isScheduled = false;
  #isClosed = false;

  constructor(options: BatcherOptions<T>) {
    this.#options = options;
  }

  /**
   * Resolves when the item's batch is done; rejects with the error of `run`, or with BatcherFull when too many items wait. An
   * item that is no longer wanted when its batch starts is left out.
   */
  add(item: T, isWanted: () => boolean = () => true): Promise<void> {
    const { weigh, keyOf = () => "" } = this.#options;
    const weight = weigh(item);
    const key = keyOf(item);
    const queue = this.#queues.get(key) ?? { key, weight: 0, waiting: [] };
    if (this.#isClosed || this.#isFullFor(queue, weight)) return Promise.reject(new BatcherFull());
    this.#waitingWeight += weight;
    queue.weight += weight;
    this.#queues.set(key, queue);
    return new Promise((resolve, reject) => {
      queue.waiting.push({ item, weight, isWanted, resolve, reject });
      // After this turn of the event loop, so that requests that were read together share a batch.
      if (this.#isScheduled) return;
      this.#isScheduled = true;
      setImmediate(() => this.#startNext());
    });
  }

  /** Waits for batches in progress and rejects waiting items. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const { waiting } of this.#queues.values())
      for (const { reject } of waiting) reject(new BatcherFull());
    this.#queues.clear();
    await Promise.allSettled(this.#running);
  }

  #isFullFor(queue: Queue<T>, weight: number): boolean {
    const { waitingWeight, waitingWeightOfKey = waitingWeight } = this.#options;
    return (
      (this.#waitingWeight > 0 && this.#waitingWeight + weight > waitingWeight) ||
      (queue.weight > 0 && queue.weight + weight > waitingWeightOfKey)
    );
  }

  #startNext(): void {
    const { concurrency, isApart = false } = this.#options;
    this.#isScheduled = false;
    while (this.#running.size < concurrency) {
      const queue = isApart ? this.#idleQueue() : undefined;
      if (isApart && !queue) return;
      const batch = this.#takeFrom(queue ? [queue] : [...this.#queues.values()]);
      if (batch.length > 0) this.#start(batch, queue?.key);
      else if (this.#queues.size === 0) return;
    }
  }

  #idleQueue(): Queue<T> | undefined {
    for (const queue of this.#queues.values()) if (!this.#busyKeys.has(queue.key)) return queue;
    return undefined;
  }

  #start(batch: Waiting<T>[], key: string | undefined): void {
    if (key !== undefined) this.#busyKeys.add(key);
    const items = batch.map(({ item }) => item);
    const isWanted = () => batch.some((each) => each.isWanted());
    const done: Promise<void> = this.#options
      .run(items, isWanted)
      .then(
        () => batch.forEach(({ resolve }) => void resolve()),
        (error) => batch.forEach(({ reject }) => void reject(error)),
      )
      .finally(() => {
        if (key !== undefined) this.#busyKeys.delete(key);
        this.#running.delete(done);
        this.#startNext();
      });
    this.#running.add(done);
  }

  /** Takes items from the queues in turn, until the batch is full. The first queue then becomes the last. */
  #takeFrom(taken: Queue<T>[]): Waiting<T>[] {
    const batch: Waiting<T>[] = [];
    let weight = 0;
    let isFull = false;
    for (
      let left = taken;
      left.length > 0 && !isFull;
      left = left.filter(({ waiting }) => waiting.length > 0)
    ) {
      for (const queue of left) {
        const candidate = queue.waiting[0]!;
        const isLeftOut = !candidate.isWanted();
        isFull = !isLeftOut && batch.length > 0 && weight + candidate.weight > this.#options.batchWeight;
        if (isFull) break;
        queue.waiting.shift();
        queue.weight -= candidate.weight;
        this.#waitingWeight -= candidate.weight;
        if (isLeftOut) {
          candidate.reject(new BatcherFull());
          continue;
        }
        weight += candidate.weight;
        batch.push(candidate);
      }
    }
    for (const { key, waiting } of taken) if (waiting.length === 0) this.#queues.delete(key);
    const [first] = taken;
    if (first && this.#queues.delete(first.key)) this.#queues.set(first.key, first);
    return batch;
  }
}
