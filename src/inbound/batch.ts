/**
 * Gathers what arrives together: the first item goes out at once, and what comes while its batch is under way makes
 * the next one. No timer: alone, an item waits for nothing; under load, batches grow by themselves. Keys (tenants) take
 * turns, whatever the number of items that each has waiting.
 */
type Batcher<T> = {
  /**
   * Resolves when the item's batch is done; rejects with `run`'s error, or with BatcherFull when too much is waiting.
   * An item that nobody wants any more when its turn comes is left out.
   */
  add(item: T, isWanted?: () => boolean): Promise<void>;
  /** Waits for what is under way and refuses the rest. */
  close(): Promise<void>;
};

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

// biome-ignore lint/complexity/noExcessiveLinesPerFunction: a factory: its short functions share what it has opened.
export function createBatcher<T>(options: BatcherOptions<T>): Batcher<T> {
  const { keyOf = () => "", isApart = false, waitingWeightOfKey = options.waitingWeight } = options;
  const queues = new Map<string, Queue<T>>();
  const busyKeys = new Set<string>();
  const running = new Set<Promise<void>>();
  let waitingWeight = 0;
  let isScheduled = false;
  let isClosed = false;

  function next(): void {
    isScheduled = false;
    while (running.size < options.concurrency) {
      const queue = isApart ? nextQueue() : undefined;
      if (isApart && !queue) return;
      const batch = queue ? takeFrom([queue]) : takeFrom([...queues.values()]);
      if (batch.length > 0) start(batch, queue?.key);
      else if (queues.size === 0) return;
    }
  }

  function nextQueue(): Queue<T> | undefined {
    for (const queue of queues.values()) if (!busyKeys.has(queue.key)) return queue;
    return undefined;
  }

  function start(batch: Waiting<T>[], key: string | undefined): void {
    if (key !== undefined) busyKeys.add(key);
    const items = batch.map(({ item }) => item);
    const isWanted = () => batch.some((each) => each.isWanted());
    const done: Promise<void> = options
      .run(items, isWanted)
      .then(
        () => batch.forEach(({ resolve }) => void resolve()),
        (error) => batch.forEach(({ reject }) => void reject(error)),
      )
      .finally(() => {
        if (key !== undefined) busyKeys.delete(key);
        running.delete(done);
        next();
      });
    running.add(done);
  }

  /** One of each queue in turn, as many as a batch may hold. The first queue goes to the end of the line. */
  function takeFrom(taken: Queue<T>[]): Waiting<T>[] {
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
        isFull = !isLeftOut && batch.length > 0 && weight + candidate.weight > options.batchWeight;
        if (isFull) break;
        queue.waiting.shift();
        queue.weight -= candidate.weight;
        waitingWeight -= candidate.weight;
        if (isLeftOut) {
          candidate.reject(new BatcherFull());
          continue;
        }
        weight += candidate.weight;
        batch.push(candidate);
      }
    }
    for (const { key, waiting } of taken) if (waiting.length === 0) queues.delete(key);
    const [first] = taken;
    if (first && queues.delete(first.key)) queues.set(first.key, first);
    return batch;
  }

  return {
    add(item, isWanted = () => true) {
      const weight = options.weigh(item);
      const key = keyOf(item);
      const queue = queues.get(key) ?? { key, weight: 0, waiting: [] };
      const isFull =
        (waitingWeight > 0 && waitingWeight + weight > options.waitingWeight) ||
        (queue.weight > 0 && queue.weight + weight > waitingWeightOfKey);
      if (isClosed || isFull) return Promise.reject(new BatcherFull());
      waitingWeight += weight;
      queue.weight += weight;
      queues.set(key, queue);
      return new Promise((resolve, reject) => {
        queue.waiting.push({ item, weight, isWanted, resolve, reject });
        // After this turn of the event loop, so that requests read in one go share a batch.
        if (!isScheduled) {
          isScheduled = true;
          setImmediate(next);
        }
      });
    },
    async close() {
      isClosed = true;
      for (const { waiting } of queues.values()) for (const { reject } of waiting) reject(new BatcherFull());
      queues.clear();
      await Promise.allSettled(running);
    },
  };
}
