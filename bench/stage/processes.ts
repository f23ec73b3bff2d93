import { readdir, readFile } from "node:fs/promises";

/** Linux counts in hundredths of a second. */
const TICKS = 100;

/** Seconds of CPU that a process has used. */
export async function cpuSeconds(pid: number): Promise<number> {
  const fields = await statOf(pid);
  return fields === null ? 0 : (Number(fields[11]) + Number(fields[12])) / TICKS;
}

/** Seconds of CPU that the processes below one have used, those that have ended included. */
export async function familyCpuSeconds(pid: number): Promise<number> {
  const all = await readdir("/proc");
  let total = 0;
  for (const name of all) {
    if (!/^\d+$/.test(name)) continue;
    const fields = await statOf(Number(name));
    if (fields === null) continue;
    if (Number(name) === pid)
      total += (Number(fields[11]) + Number(fields[12]) + Number(fields[13]) + Number(fields[14])) / TICKS;
    else if (Number(fields[1]) === pid) total += (Number(fields[11]) + Number(fields[12])) / TICKS;
  }
  return total;
}

/** Resident megabytes. */
export async function residentMb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
}

/** The fields of /proc/pid/stat after the name: state is 0, the parent 1, user and system time 11 and 12. */
async function statOf(pid: number): Promise<string[] | null> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => null);
  return stat === null ? null : stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}
