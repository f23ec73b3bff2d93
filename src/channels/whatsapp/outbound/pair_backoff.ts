const LONGEST = 10 * 60_000;

/**
 * How long one customer's messages wait after error 131056, in milliseconds: Meta's advice of 4^n seconds, at most
 * ten minutes.
 *
 * @param attempt how often this message was throttled before: 0, 1, 2, …
 */
export function pairBackoffMs(attempt: number): number {
  return Math.min(1000 * 4 ** Math.max(0, attempt), LONGEST);
}
