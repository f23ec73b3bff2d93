import { setTimeout as delay } from "node:timers/promises";

/** Waits for something to become true. */
export async function until(what: string, isSo: () => Promise<boolean>, patienceMs = 10_000): Promise<void> {
  for (const deadline = Date.now() + patienceMs; !(await isSo()); await delay(20)) {
    if (Date.now() > deadline) throw new Error(`not within ${patienceMs} ms: ${what}`);
  }
}
