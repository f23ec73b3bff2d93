/**
 * What `work` resolves to; rejects with `late()` when that takes longer than `ms`. The work goes on then, and can ask
 * `isInTime` whether its result is still wanted.
 */
export async function withTimeout<T>(
  ms: number,
  work: (isInTime: () => boolean) => Promise<T>,
  late: () => Error,
): Promise<T> {
  const { promise: overdue, reject } = Promise.withResolvers<never>();
  let isInTime = true;
  const timer = setTimeout(() => {
    isInTime = false;
    reject(late());
  }, ms);
  try {
    return await Promise.race([work(() => isInTime), overdue]);
  } finally {
    clearTimeout(timer);
  }
}

/** Waits for `work`, at most so long: false when it has not settled by then. Rejects when the work does. */
export async function settlesWithin(ms: number, work: Promise<unknown>): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<false>();
  const timer = setTimeout(resolve, ms, false);
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** The promise, or the signal's reason as soon as it aborts: for work that does not notice the signal by itself. */
export async function within<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  if (signal.aborted) onAbort();
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
