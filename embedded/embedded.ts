import { mkdir, realpath } from "node:fs/promises";
import { resolve } from "node:path";
import { openCluster } from "./cluster.ts";
import { type EmbeddedLog, explainFileError } from "./error.ts";
import { keep } from "./keeper.ts";
import { readOrCreateKeys } from "./keys.ts";
import { ensureOwner, ownerUrl } from "./owner.ts";
import { superuserUrl } from "./presence.ts";
import { ensureRunning } from "./running.ts";

/** A PostgreSQL 18 server that runs beside Parley and is shared by all Parley processes of a data directory. */
export type Embedded = {
  /** Database `parley` as its owner `parley` (login, createrole, createdb; no superuser). */
  readonly ownerUrl: string;
  /** Database `postgres` as the superuser `postgres`. */
  readonly superuserUrl: string;
  /** On 127.0.0.1. The same at the next start, unless another program uses it by then. */
  readonly port: number;
  /** False if it ran already. */
  readonly startedHere: boolean;
  /**
   * Leaves, and stops the server if no other Parley process uses it. Close pools first. Returns within 8 s (a
   * server with much to write goes on stopping by itself), never throws, and may be called again.
   */
  release(): Promise<void>;
};

/**
 * Uses the server of a data directory, starting it if it does not run and making it if there is none. If it
 * dies while in use it is started again. Holds one connection until `release`.
 * @throws EmbeddedError with a `code` and one line for the person at the terminal
 */
export async function openEmbedded(options: { dataDir: string; log: EmbeddedLog }): Promise<Embedded> {
  const { log } = options;
  const dataDir = await makeDirectory(options.dataDir);
  const keys = await readOrCreateKeys(dataDir);
  const cluster = await openCluster(dataDir, keys.superuserPassword, log);
  const running = await ensureRunning(cluster, log);
  const keeper = keep(cluster, running, log);
  const { port, startedHere } = running;
  const superuser = superuserUrl(port, keys.superuserPassword);
  try {
    await ensureOwner(superuser, keys.ownerPassword);
  } catch (error) {
    await keeper.release();
    throw error;
  }
  return {
    ownerUrl: ownerUrl(port, keys.ownerPassword),
    superuserUrl: superuser,
    port,
    startedHere,
    release: () => keeper.release(),
  };
}

async function makeDirectory(path: string): Promise<string> {
  try {
    await mkdir(path, { recursive: true });
    return await realpath(resolve(path));
  } catch (error) {
    throw explainFileError(error, path);
  }
}
