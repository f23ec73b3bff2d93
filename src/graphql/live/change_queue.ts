import type { Change } from "./change.ts";

/** How many changes may wait for a client: one bulk statement may cause thousands. */
const CAPACITY = 10_000;

/** The changes that wait to be sent to one subscription, oldest first. Ends when its consumer returns it. */
export type ChangeQueue = AsyncIterableIterator<Change> & {
  /** Adds a change; returns false when the queue was full, which ends it. */
  push(change: Change): boolean;
  end(): void;
};

/**
 * A bounded queue. A row that changes again while it waits is sent once, because it is read when it is sent.
 *
 * @param onEnd called once
 */
export function createChangeQueue(onEnd: () => void): ChangeQueue {
  const waiting = new Map<string, Change>();
  let reader: ((result: IteratorResult<Change, undefined>) => void) | undefined;
  let ended = false;

  const end = () => {
    if (ended) return;
    ended = true;
    waiting.clear();
    reader?.({ done: true, value: undefined });
    reader = undefined;
    onEnd();
  };

  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      if (ended) return { done: true, value: undefined };
      for (const [key, change] of waiting) {
        waiting.delete(key);
        return { done: false, value: change };
      }
      return new Promise((resolve) => {
        reader = resolve;
      });
    },
    async return() {
      end();
      return { done: true, value: undefined };
    },
    async throw() {
      end();
      return { done: true, value: undefined };
    },
    push(change) {
      if (ended) return true;
      if (reader) {
        const resolve = reader;
        reader = undefined;
        resolve({ done: false, value: change });
        return true;
      }
      waiting.set(`${change.kind} ${change.id}`, change);
      if (waiting.size <= CAPACITY) return true;
      end();
      return false;
    },
    end,
  };
}
