import { LRUCache } from "lru-cache";

/** Returns what `find` found for a key a few seconds ago, or asks it; `isFresh` always asks. */
type Remembered<T> = (key: string, find: () => Promise<T>, isFresh?: boolean) => Promise<T>;

const TTL_MS = 5_000;
/** Guessed addresses must not fill the memory. */
const MOST_KEYS = 10_000;

/** Callers that ask for the same key at once share one `find`; an error is passed to all of them and not remembered. */
export function remember<T>(ttl = TTL_MS): Remembered<T> {
  // In an object: the cache takes no null for an answer.
  const cache = new LRUCache<string, { answer: T }, () => Promise<T>>({
    max: MOST_KEYS,
    ttl,
    fetchMethod: async (_key, _stale, { context: find }) => ({ answer: await find() }),
    // A key that is pushed out while it is looked up still gets its answer.
    ignoreFetchAbort: true,
  });
  return async (key, find, isFresh = false) => {
    const found = await cache.forceFetch(key, { context: find, forceRefresh: isFresh });
    return found.answer;
  };
}
