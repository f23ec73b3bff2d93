import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readFile, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { TestContext } from "node:test";
import { STATE_DIR } from "../../embedded/binaries.ts";
import { type Embedded, openEmbedded } from "../../embedded/embedded.ts";
import type { EmbeddedLog } from "../../embedded/error.ts";

/** Another process that uses the server. */
type Occupant = {
  readonly process: ChildProcess;
  /** What it sees when it is in. */
  readonly seen: Promise<Omit<Embedded, "release">>;
  /** Lets go in good order. */
  leave(): Promise<void>;
  /** kill -9 */
  kill(): Promise<void>;
};

/** A data directory that goes with the test, after everybody in it has left. */
export type Home = {
  readonly dataDir: string;
  /** What the servers opened here have said. */
  readonly log: readonly string[];
  open(): Promise<Embedded>;
  /** Sends everybody out. */
  close(): Promise<void>;
  startOccupant(): Occupant;
  /** Number of the server's process; undefined if it has left no trace of itself. */
  serverPid(): Promise<number | undefined>;
};

/**
 * @param mode of the directory above the data directory; 0o700 keeps root's server account out
 * @param root where that directory is
 */
export async function makeHome(t: TestContext, mode = 0o755, root = tmpdir()): Promise<Home> {
  const parent = await mkdtemp(join(root, "parley-test-"));
  await chmod(parent, mode);
  const dataDir = join(parent, ".parley");
  const lines: string[] = [];
  const departures: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const depart of departures.splice(0)) await depart();
  };
  t.after(async () => {
    await close();
    const cluster = await realpath(join(dataDir, "postgres")).catch(() => "");
    if (cluster.startsWith(`${STATE_DIR}/`)) await rm(dirname(cluster), { recursive: true });
    await rm(parent, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  });
  return {
    dataDir,
    log: lines,
    close,
    async open() {
      const embedded = await openEmbedded({ dataDir, log: logInto(lines) });
      departures.push(() => embedded.release());
      return embedded;
    },
    startOccupant() {
      const occupant = startOccupant(dataDir);
      departures.push(() => occupant.kill());
      return occupant;
    },
    async serverPid() {
      const text = await readFile(join(dataDir, "postgres", "postmaster.pid"), "utf8").catch(() => "");
      return Number.parseInt(text, 10) || undefined;
    },
  };
}

/** A log that can be read. */
export function logInto(lines: string[]): EmbeddedLog {
  const add = (line: string) => void lines.push(line);
  return { info: add, warn: add, error: add };
}

function startOccupant(dataDir: string): Occupant {
  const child = fork(new URL("./occupant.ts", import.meta.url), [dataDir], { stdio: "inherit" });
  const exit = once(child, "exit");
  const seen = Promise.race([
    once(child, "message").then(([message]) => message as Omit<Embedded, "release">),
    exit.then(([code, signal]) => Promise.reject(new Error(`occupant ended: ${signal ?? code}`))),
  ]);
  // Whoever kills it does not wait for it.
  seen.catch(() => undefined);
  return {
    process: child,
    seen,
    async leave() {
      child.send("leave");
      await exit;
    },
    async kill() {
      child.kill("SIGKILL");
      await exit;
    },
  };
}
