import type { Cluster } from "./cluster.ts";
import { run } from "./run.ts";

/**
 * Stops the server of a cluster. `fast` disconnects everybody and writes everything out; `immediate` is for
 * data nobody will miss.
 * @returns whether it has stopped; if not, it still goes on stopping
 */
export async function stop(
  { binaries, account, dir }: Pick<Cluster, "binaries" | "account" | "dir">,
  mode: "fast" | "immediate",
  patienceSeconds: number,
): Promise<boolean> {
  const args = ["stop", "--silent", "-D", dir, "-m", mode, "-w", "-t", String(patienceSeconds)];
  const { code } = await run(binaries.pgCtl, args, account);
  return code === 0;
}
