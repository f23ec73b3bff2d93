import { readFile } from "node:fs/promises";
import { cpus, loadavg } from "node:os";
import { cpuSeconds, familyCpuSeconds } from "../stage/processes.ts";

/** What else the machine was doing. */
type Noise = {
  loadAverage: number;
  cores: number;
  /** The shares of the machine's CPU during the measurement: of the benchmark, and of other processes. */
  ownShare: number;
  foreignShare: number;
};

/**
 * Begins to watch; the function it returns ends it. Ours is this process and what it started: children that ended
 * meanwhile count when they were waited for.
 */
export async function watchNoise(postmaster: number): Promise<() => Promise<Noise>> {
  const before = await snapshot(postmaster);
  return async () => {
    const after = await snapshot(postmaster);
    const total = after.total - before.total;
    const own = after.own - before.own;
    const busy = after.busy - before.busy;
    return {
      loadAverage: loadavg()[0]!,
      cores: cpus().length,
      ownShare: own / total,
      foreignShare: Math.max(0, (busy - own) / total),
    };
  };
}

async function snapshot(postmaster: number): Promise<{ total: number; busy: number; own: number }> {
  const [line] = (await readFile("/proc/stat", "utf8")).split("\n");
  const [user, nice, system, idle, ioWait, irq, softIrq, steal] = line!.split(/\s+/).slice(1).map(Number);
  // Interrupts come mostly from the benchmark's network traffic and count for neither.
  const busy = (user! + nice! + system! + steal!) / 100;
  const total = busy + (idle! + ioWait! + irq! + softIrq!) / 100;
  const own = (await familyCpuSeconds(process.pid)) + (await familyCpuSeconds(postmaster));
  return { total, busy, own: own || (await cpuSeconds(process.pid)) };
}
