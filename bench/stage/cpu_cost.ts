import type { Postgres } from "./postgres.ts";
import { cpuSeconds, familyCpuSeconds } from "./processes.ts";
import type { Program } from "./program.ts";

/** Microseconds of CPU for one item: what a noisy machine does not change. */
export type CpuCost = { parley: number; postgres: number };

/** Does the work and measures its CPU cost; `items` returns the number of items in the result. */
export async function withCpuCost<T>(
  { program, postgres }: { program: Program; postgres: Postgres },
  work: () => Promise<T>,
  items: (result: T) => number,
): Promise<{ result: T; cpuMicros: CpuCost }> {
  const before = await used();
  const result = await work();
  const after = await used();
  const each = 1e6 / Math.max(1, items(result));
  const cost = (name: keyof CpuCost) => Math.round((after[name] - before[name]) * each);
  return { result, cpuMicros: { parley: cost("parley"), postgres: cost("postgres") } };

  async function used(): Promise<CpuCost> {
    return { parley: await cpuSeconds(program.pid()), postgres: await familyCpuSeconds(postgres.postmaster) };
  }
}
