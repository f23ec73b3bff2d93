import { chown, readFile, realpath, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { exists, run } from "./account.ts";
import type { Cluster } from "./cluster.ts";
import { codeOf } from "./error.ts";

/** What `postmaster.pid` in a cluster says about its server, checked against the processes there are. */
type Seen =
  | { readonly kind: "none" }
  /** A process with that number exists, but it is a zombie or not this cluster's server: the file is a leftover. */
  | { readonly kind: "leftover"; readonly pid: number }
  | {
      readonly kind: "alive";
      readonly pid: number;
      /** Undefined for the first moments of a start. */
      readonly port: number | undefined;
      /** "starting" includes crash recovery, which may take minutes. */
      readonly status: "starting" | "stopping" | "ready";
    };

/** Where a cluster is and whose. */
type Location = Pick<Cluster, "dir" | "account">;

/** Looks at the server of a cluster without touching it. */
export async function inspect(cluster: Location): Promise<Seen> {
  const text = await readFile(join(cluster.dir, "postmaster.pid"), "utf8").catch((error: unknown) => {
    if (codeOf(error) === "ENOENT") return "";
    throw error;
  });
  // The lines: pid, data directory, start time, port, socket directory, address, shared memory, status.
  const [pidLine, directory, , portLine, , , , statusLine] = text.split("\n");
  const pid = Math.abs(Number(pidLine));
  if (!pid || !exists(pid)) return { kind: "none" };
  if (!(await isServerOf(cluster, pid, directory ?? ""))) return { kind: "leftover", pid };
  const status = statusLine?.trim();
  return {
    kind: "alive",
    pid,
    port: Number(portLine) || undefined,
    status: status === "ready" || status === "stopping" ? status : "starting",
  };
}

/**
 * Numbers are used again after a reboot (in a container always the same few), and a directory may have been
 * copied with the pid file of a server that runs. A postmaster works inside its data directory.
 */
async function isServerOf({ dir, account }: Location, pid: number, directory: string): Promise<boolean> {
  if (process.platform === "linux") {
    const status = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
    // "pid (name) state …"; the name may hold anything, so the last parenthesis counts.
    if (status === "" || /^ [ZX]/.test(status.slice(status.lastIndexOf(")") + 1))) return false;
    return isWorkingIn(pid, { dir, account });
  }
  const isOurs = (await realpath(directory).catch(() => "")) === (await realpath(dir));
  const { output } = await run("ps", ["-o", "stat=,comm=", "-p", String(pid)]);
  return isOurs && !output.startsWith("Z") && output.includes("postgres");
}

async function isWorkingIn(pid: number, { dir, account }: Location): Promise<boolean> {
  const workingDirectory = `/proc/${pid}/cwd`;
  try {
    const [ours, theirs] = await Promise.all([stat(dir), stat(workingDirectory)]);
    return ours.ino === theirs.ino && ours.dev === theirs.dev;
  } catch {
    if (account === undefined) return false;
    // Root in a container may not look at other accounts' processes, but the account itself may.
    const script = '[ "$1" -ef "$2" ]';
    return (await run("/bin/sh", ["-c", script, "sh", workingDirectory, dir], account)).code === 0;
  }
}

/**
 * Stops the server of a cluster. `fast` disconnects all clients and writes everything out; `immediate` is for
 * data that may be lost.
 * @returns whether it has stopped; if not, it still goes on stopping
 */
export async function stop(
  { binaries, account, dir }: Pick<Cluster, "binaries" | "account" | "dir">,
  mode: "fast" | "immediate",
  timeoutSeconds: number,
): Promise<boolean> {
  const args = ["stop", "--silent", "-D", dir, "-m", mode, "-w", "-t", String(timeoutSeconds)];
  const { code } = await run(binaries.pgCtl, args, account);
  return code === 0;
}

/**
 * Makes PostgreSQL accept that the server named in `postmaster.pid` is dead. It refuses to start while any
 * process has that number, and a zombie whose parent does not collect it (`node` as process 1 of a container)
 * keeps it permanently. The file is not removed, because its shared memory line keeps a new server away from
 * backends of the old one that still run; only the number is replaced by that of a process that has ended.
 * Call it under the start lock, right after `inspect` has said `leftover`.
 */
export async function replaceStalePid(cluster: Cluster): Promise<void> {
  const path = join(cluster.dir, "postmaster.pid");
  const { uid, gid } = await stat(path);
  const [, ...rest] = (await readFile(path, "utf8")).split("\n");
  const { pid: deadPid } = await run(cluster.binaries.postgres, ["--version"], cluster.account);
  await writeFile(`${path}.new`, [deadPid, ...rest].join("\n"), { mode: 0o600 });
  if (cluster.account) await chown(`${path}.new`, uid, gid);
  await rename(`${path}.new`, path);
}
