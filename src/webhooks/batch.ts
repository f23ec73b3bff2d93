/**
 * Gathers what arrives together: the first item goes out at once, and what comes while its batch is under way makes
 * the next one. No timer: alone, an item waits for nothing; under load, batches grow by themselves.
 */
export type Batcher<T> = {
  /** Resolves when the item's batch is done; rejects with `run`'s error, or when too much is waiting. */
  add(item: T): Promise<void>;
  /** Waits for what is under way and refuses the rest. */
  close(): Promise<void>;
};

export type BatcherOptions<T> = {
  /** Does a batch; must itself see to it that one item cannot spoil the others. */
  run: (items: T[]) => Promise<void>;
  weigh: (item: T) => number;
  /** Weight of one batch at most (one item may weigh more), and of all that waits. */
  batchWeight: number;
  waitingWeight: number;
  /** Batches under way at once. */
  concurrency: number;
};

export class BatcherFull extends Error {
  override name = "BatcherFull";
}

type Waiting<T> = { item: T; weight: number; resolve: () => void; reject: (error: unknown) => void };

export function createBatcher<T>(options: BatcherOptions<T>): Batcher<T> {
  let waiting: Waiting<T>[] = [];
  let waitingWeight = 0;
  let isClosed = false;
  const running = new Set<Promise<void>>();

  function next(): void {
    while (waiting.length > 0 && running.size < options.concurrency) {
      const batch = takeBatch();
      const done: Promise<void> = options
        .run(batch.map(({ item }) => item))
        .then(
          () => batch.forEach(({ resolve }) => void resolve()),
          (error) => batch.forEach(({ reject }) => void reject(error)),
        )
        .finally(() => {
          running.delete(done);
          next();
        });
      running.add(done);
    }
  }

  function takeBatch(): Waiting<T>[] {
    let count = 0;
    let weight = 0;
    do {
      weight += waiting[count]!.weight;
      count += 1;
    } while (count < waiting.length && weight + waiting[count]!.weight <= options.batchWeight);
    const batch = waiting.slice(0, count);
    waiting = waiting.slice(count);
    waitingWeight -= weight;
    return batch;
  }

  return {
    add(item) {
      const weight = options.weigh(item);
      if (isClosed || waitingWeight + weight > options.waitingWeight)
        return Promise.reject(new BatcherFull());
      waitingWeight += weight;
      return new Promise((resolve, reject) => {
        waiting.push({ item, weight, resolve, reject });
        // After this turn of the event loop, so that requests read in one go share a batch.
        if (waiting.length === 1) setImmediate(next);
      });
    },
    async close() {
      isClosed = true;
      for (const { reject } of waiting) reject(new BatcherFull());
      waiting = [];
      await Promise.allSettled(running);
    },
  };
}
