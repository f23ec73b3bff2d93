/**
 * Gathers what arrives together: the first item goes out at once, and what comes while its batch is under way makes
 * the next one, or more than one when it is enough for a whole batch. No timer: alone, an item waits for nothing;
 * under load, batches grow by themselves.
 */
export type Batcher<T> = {
  /**
   * Resolves when the item's batch is done; rejects with `run`'s error, or with BatcherFull when too much is waiting.
   * An item that nobody wants any more when its turn comes is left out.
   */
  add(item: T, isWanted?: () => boolean): Promise<void>;
  /** Waits for what is under way and refuses the rest. */
  close(): Promise<void>;
};

export type BatcherOptions<T> = {
  /** Does a batch; must itself see to it that one item cannot spoil the others. */
  run: (items: T[]) => Promise<void>;
  weigh: (item: T) => number;
  /** Weight of one batch at most, and of all that waits; one item alone may weigh more. */
  batchWeight: number;
  waitingWeight: number;
  /** Batches under way at once, at most: beside a batch only whole ones begin. */
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

export function createBatcher<T>(options: BatcherOptions<T>): Batcher<T> {
  let waiting: Waiting<T>[] = [];
  let waitingWeight = 0;
  let isClosed = false;
  const running = new Set<Promise<void>>();

  function next(): void {
    while (waiting.length > 0 && mayStart()) {
      const batch = takeBatch();
      if (batch.length > 0) start(batch);
    }
  }

  /** Two half batches would take the database longer than one whole. */
  function mayStart(): boolean {
    return running.size === 0 || (running.size < options.concurrency && waitingWeight >= options.batchWeight);
  }

  function start(batch: Waiting<T>[]): void {
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

  function takeBatch(): Waiting<T>[] {
    const batch: Waiting<T>[] = [];
    let weight = 0;
    let count = 0;
    for (const candidate of waiting) {
      const isLeftOut = !candidate.isWanted();
      if (!isLeftOut && batch.length > 0 && weight + candidate.weight > options.batchWeight) break;
      count += 1;
      waitingWeight -= candidate.weight;
      if (isLeftOut) {
        candidate.reject(new BatcherFull());
        continue;
      }
      weight += candidate.weight;
      batch.push(candidate);
    }
    waiting = waiting.slice(count);
    return batch;
  }

  return {
    add(item, isWanted = () => true) {
      const weight = options.weigh(item);
      const isFull = waiting.length > 0 && waitingWeight + weight > options.waitingWeight;
      if (isClosed || isFull) return Promise.reject(new BatcherFull());
      waitingWeight += weight;
      return new Promise((resolve, reject) => {
        waiting.push({ item, weight, isWanted, resolve, reject });
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
