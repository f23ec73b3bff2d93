import { setTimeout as delay } from "node:timers/promises";

const LOOK_MS = 10_000;
/** Smaller corrections of a clock are normal. */
const TOLERANCE_MS = 60_000;

/** Resolves when this machine's clock is set back, or the signal is aborted. */
export async function clockSetBack(
  signal: AbortSignal,
  { now = Date.now, lookMs = LOOK_MS }: { now?: () => number; lookMs?: number } = {},
): Promise<void> {
  // The difference between the clock and the monotonic time.
  let ahead = now() - performance.now();
  while (!signal.aborted) {
    await delay(lookMs, undefined, { signal, ref: false }).catch(() => {});
    const aheadNow = now() - performance.now();
    if (aheadNow < ahead - TOLERANCE_MS) return;
    ahead = aheadNow;
  }
}
