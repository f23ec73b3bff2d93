/** Asks at most once in a few seconds for the same; `isFresh` asks again. */
export type Memory<T> = (key: string, find: () => Promise<T>, isFresh?: boolean) => Promise<T>;

const REMEMBERED_MS = 5_000;
/** Guessed addresses must not fill the memory. */
const REMEMBERED_MOST = 10_000;

export function createMemory<T>(): Memory<T> {
  const remembered = new Map<string, { at: number; answer: Promise<T> }>();
  const asking = new Map<string, Promise<T>>();

  return (key, find, isFresh = false) => {
    const known = remembered.get(key);
    if (known && !isFresh && performance.now() - known.at < REMEMBERED_MS) return known.answer;
    // Many who want to know the same wait for one answer: wrong signatures must not become a load on the database.
    const under = asking.get(key);
    if (under) return under;
    const answer = find().finally(() => asking.delete(key));
    asking.set(key, answer);
    // What failed is asked again, not remembered.
    answer.catch(() => remembered.delete(key));
    remembered.delete(key);
    remembered.set(key, { at: performance.now(), answer });
    if (remembered.size > REMEMBERED_MOST) remembered.delete(remembered.keys().next().value!);
    return answer;
  };
}
