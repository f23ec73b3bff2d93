import { spawn } from "node:child_process";
import { open, readFile, rename, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { REACHABLE_DIRECTORY, serverEnvironment } from "./account.ts";
import type { Cluster } from "./cluster.ts";
import { EmbeddedError, explainFileError } from "./error.ts";
import { asFlags } from "./initdb.ts";

const LOG_LIMIT_BYTES = 16 * 1024 * 1024;
const POLL_MS = 10;

/**
 * Starts the server. It is not started with pg_ctl: that hands paths to a shell with only double quotes around
 * them, leaves the server to process 1 (which may never collect it), and refuses to work for root.
 * In a session of its own (`detached`), so that Ctrl-C in our terminal does not reach it.
 * @returns its process number once it has taken the cluster, though it may not answer yet; undefined if it gave
 *   up for a reason that passes
 * @throws EmbeddedError disk_full, no_permission, wrong_major_version, start_failed
 */
export async function launch(cluster: Cluster, port: number): Promise<number | undefined> {
  const log = await openLog(cluster.logFile);
  try {
    const flags = asFlags({
      port: String(port),
      listen_addresses: "127.0.0.1",
      // Their paths are limited to 107 bytes, and a project may lie deep.
      unix_socket_directories: "",
    });
    const child = spawn(cluster.binaries.postgres, ["-D", cluster.dir, ...flags], {
      cwd: REACHABLE_DIRECTORY,
      env: serverEnvironment(),
      stdio: ["ignore", log.handle.fd, log.handle.fd],
      detached: true,
      ...cluster.account,
    });
    let failure: string | undefined;
    child.once("error", (error) => {
      failure = error.message;
    });
    child.once("exit", (code, signal) => {
      failure = `ended with ${signal ?? `exit code ${code}`}`;
    });
    child.unref();
    for (;;) {
      await delay(POLL_MS);
      if (failure !== undefined) break;
      const pidFile = await readFile(join(cluster.dir, "postmaster.pid"), "utf8").catch(() => "");
      if (child.pid !== undefined && pidFile.startsWith(`${child.pid}\n`)) return child.pid;
    }
    const lines = await readFrom(cluster.logFile, log.size, child.pid);
    const problem = classifyFailure(lines, failure);
    if (problem) throw problem;
    return undefined;
  } finally {
    await log.handle.close();
  }
}

/** Decides from a failed server's last log lines whether to retry (undefined) or to report an error. */
function classifyFailure(lines: readonly string[], failure: string): EmbeddedError | undefined {
  const text = lines.join("\n");
  const cause = new Error(text === "" ? failure : `${text}\n(${failure})`);
  const last = lines.findLast((line) => /FATAL|PANIC/.test(line)) ?? lines.at(-1) ?? failure;
  const message = `PostgreSQL cannot start: ${last.replace(/^.*?(FATAL|PANIC): +/, "")}`;
  if (/No space left on device|Disk quota exceeded/.test(text)) {
    return new EmbeddedError("disk_full", `The disk is full. ${message}`, cause);
  }
  if (/Permission denied/i.test(text)) return new EmbeddedError("no_permission", message, cause);
  // Another process starts it at the same moment, a dead one is not reaped yet or its backends are still ending,
  // or the port was taken a moment ago.
  if (/lock file|shared memory block .* in use|could not bind|could not create any TCP/.test(text))
    return undefined;
  if (/incompatible with server/.test(text)) return new EmbeddedError("wrong_major_version", message, cause);
  return new EmbeddedError("start_failed", message, cause);
}

async function openLog(path: string) {
  try {
    const { size: oldSize } = await stat(path).catch(() => ({ size: 0 }));
    if (oldSize > LOG_LIMIT_BYTES) await rename(path, `${path}.1`);
    const handle = await open(path, "a", 0o600);
    const { size } = await handle.stat();
    return { handle, size };
  } catch (error) {
    throw explainFileError(error, path);
  }
}

/** The lines a process wrote since an offset; others may be writing to the same file. */
async function readFrom(path: string, offset: number, pid: number | undefined): Promise<string[]> {
  const file = await open(path, "r");
  try {
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(64 * 1024), position: offset });
    const lines = buffer.toString("utf8", 0, bytesRead).split("\n");
    return lines.filter((line) => line.includes(`[${pid}]`) || /^\S*postgres: /.test(line));
  } finally {
    await file.close();
  }
}
