type BatcherOptions<T> = {
  /**
   * Does a batch; what one item does to the others is its business. `isWanted`: whether anybody still waits for any of
   * them; a long run looks from time to time.
   */
  run: (items: T[], isWanted: () => boolean) => Promise<void>;
  weigh: (item: T) => number;
  /** Whose it is. Default: all are one's. */
  keyOf?: (item: T) => string;
  /** Each batch is of one key, and each key has one batch under way at most. Default: batches are mixed. */
  isApart?: boolean;
  /** Weight of one batch at most, of all that waits, and of what waits of one key; one item alone may weigh more. */
  batchWeight: number;
  waitingWeight: number;
  waitingWeightOfKey?: number;
  /** Batches under way at once. */
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
 * Gathers what arrives together: the first item goes out at once, and what comes while its batch is under way makes
 * the next one. No timer: alone, an item waits for nothing; under load, batches grow by themselves. Keys (tenants) take
 * turns, whatever the number of items that each has waiting.
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
   * Resolves when the item's batch is done; rejects with `run`'s error, or with BatcherFull when too much is waiting.
   * An item that is no longer wanted when its turn comes is left out.
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
      // After this turn of the event loop, so that requests read in one go share a batch.
      if (this.#isScheduled) return;
      this.#isScheduled = true;
      setImmediate(() => this.#startNext());
    });
  }

  /** Waits for what is under way and refuses the rest. */
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

  /** One of each queue in turn, as many as a batch may hold. The first queue goes to the end of the line. */
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
