import { residentMb } from "./processes.ts";
import type { Program } from "./program.ts";

const EVERY_MS = 25;

/** Does the work, and notes the largest resident size of Parley's process meanwhile. */
export async function withPeakMemory<T>(
  program: Program,
  work: () => Promise<T>,
): Promise<{ result: T; beforeMb: number; peakMb: number }> {
  const beforeMb = await residentMb(program.pid());
  let peakMb = beforeMb;
  const timer = setInterval(async () => {
    peakMb = Math.max(peakMb, await residentMb(program.pid()).catch(() => 0));
  }, EVERY_MS);
  try {
    const result = await work();
    return { result, beforeMb, peakMb };
  } finally {
    clearInterval(timer);
  }
}
