const LONGEST = 10 * 60_000;

/**
 * Returns the delay of one customer's messages after error 131056, in milliseconds: Meta recommends 4^n seconds. The
 * maximum is ten minutes.
 *
 * @param attempt the number of times this message was throttled before: 0, 1, 2, …
 */
export function pairBackoffMs(attempt: number): number {
  return Math.min(1000 * 4 ** Math.max(0, attempt), LONGEST);
}
