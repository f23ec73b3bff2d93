import { once } from "node:events";
import { stat } from "node:fs/promises";
import { createServer } from "node:net";
import { codeOf } from "./error.ts";

/**
 * Does something that only one process at a time may do to a cluster that is not running. When two servers
 * start at once beside the pid file of a dead one, PostgreSQL can take the new file of the first for the old one
 * and remove it; the first then runs on without a file to be found by.
 *
 * The lock is a name in Linux's abstract socket space, which goes with the process, even by kill -9, and leaves
 * no file to be stale. Elsewhere PostgreSQL's own checks have to do.
 * @returns false if another process is doing it
 */
export async function withStartLock(clusterDir: string, act: () => Promise<void>): Promise<boolean> {
  const { dev, ino } = await stat(clusterDir);
  const lock = createServer((socket) => socket.destroy());
  if (process.platform === "linux") {
    try {
      lock.listen(`\0parley-start-${dev}-${ino}`);
      await once(lock, "listening");
    } catch (error) {
      if (codeOf(error) === "EADDRINUSE") return false;
      throw error;
    }
  }
  try {
    await act();
    return true;
  } finally {
    lock.close();
  }
}
