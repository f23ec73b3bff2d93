import { setTimeout as delay } from "node:timers/promises";

type LockRetries = {
  /** The time limit, after which the last error is thrown. */
  forMs: number;
  /** Called before each pause with the error that caused it. */
  onRetry?: (error: unknown) => unknown;
};

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 4_000;

/**
 * Retries work that changes tables which are in use. Such work limits how long it waits for a lock (`lock_timeout`),
 * because later requests for the table queue behind it: instead of waiting long, it fails and is retried.
 */
export async function withLockRetries<T>(
  work: () => Promise<T>,
  { forMs, onRetry }: LockRetries,
): Promise<T> {
  const end = performance.now() + forMs;
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    try {
      return await work();
    } catch (error) {
      if (!isLockRefusal(error) || performance.now() + pause > end) throw error;
      await onRetry?.(error);
      await delay(pause);
    }
  }
}

/** lock_not_available, deadlock_detected. Tests only the code: the error may come from a package's own copy of pg. */
function isLockRefusal(error: unknown): boolean {
  return error instanceof Error && "code" in error && ["55P03", "40P01"].includes(String(error.code));
}
