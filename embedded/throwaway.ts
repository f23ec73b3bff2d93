import { randomBytes } from "node:crypto";
import { lstat, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Account, canEnter, exists, serverAccount } from "./account.ts";
import { findBinaries, reachableBinaries } from "./binaries.ts";
import type { Cluster } from "./cluster.ts";
import { type EmbeddedLog, explainFileError } from "./error.ts";
import { initdb, NOT_DURABLE, SETTINGS } from "./initdb.ts";
import { stop } from "./postmaster.ts";
import { superuserUrl } from "./presence.ts";
import { ensureRunning } from "./running.ts";

const NAME = /^parley-throwaway-(\d+)-/;

type Server = Pick<Cluster, "account" | "binaries" | "dir">;

/** A server for a test or a benchmark. */
export type Throwaway = {
  /** Database `postgres` as the superuser `postgres`. */
  readonly superuserUrl: string;
  readonly port: number;
  /** Data directory of PostgreSQL; `postmaster.pid` in it names the process. */
  readonly clusterDir: string;
  /** Disconnects all clients, stops the server, and deletes it. */
  release(): Promise<void>;
};

type ThrowawayOptions = {
  readonly log: EmbeddedLog;
  /** False trades the data for speed: a crash of the machine may destroy it. True by default. */
  readonly durable?: boolean;
  /** More settings of PostgreSQL, as in `{ shared_buffers: '2GB' }`. */
  readonly settings?: Readonly<Record<string, string>>;
};

/**
 * Starts a server with a cluster of its own below the system's temporary directory. What a killed test run has
 * left there is stopped and deleted first.
 * @throws EmbeddedError
 */
export async function openThrowaway(options: ThrowawayOptions): Promise<Throwaway> {
  const { log, durable = true } = options;
  const account = await serverAccount(undefined);
  const binaries = await reachableBinaries(await findBinaries(), account, log);
  const parent = await temporaryDirectory(account);
  await removeOrphans(parent, { account, binaries });
  const home = await mkdtemp(join(parent, `parley-throwaway-${process.pid}-`));
  const server = { account, binaries, dir: join(home, "postgres") };
  try {
    const superuserPassword = randomBytes(16).toString("base64url");
    const settings = { ...SETTINGS, ...(durable ? {} : NOT_DURABLE), ...options.settings };
    await initdb(home, { ...server, superuserPassword, settings, durable: false });
    const cluster: Cluster = { ...server, logFile: join(home, "postgres.log"), superuserPassword };
    const { presence, port } = await ensureRunning(cluster, log);
    await presence.end();
    let released: Promise<void> | undefined;
    return {
      superuserUrl: superuserUrl(port, superuserPassword),
      port,
      clusterDir: cluster.dir,
      release() {
        released ??= remove(home, server);
        return released;
      },
    };
  } catch (error) {
    await remove(home, server);
    throw explainFileError(error, home);
  }
}

async function remove(home: string, server: Server): Promise<void> {
  await stop(server, "immediate", 10);
  await rm(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}

/** `TMPDIR` may be accessible to this account only. */
async function temporaryDirectory(account: Account): Promise<string> {
  const preferred = tmpdir();
  return (await canEnter(account, preferred)) ? preferred : "/tmp";
}

async function removeOrphans(parent: string, { account, binaries }: Omit<Server, "dir">): Promise<void> {
  for (const name of await readdir(parent)) {
    const maker = NAME.exec(name)?.[1];
    if (maker === undefined || exists(Number(maker))) continue;
    const home = join(parent, name);
    // Any account can create a directory of that name in /tmp and write any process number into it.
    const owner = await lstat(home).catch(() => undefined);
    if (!owner?.isDirectory() || owner.uid !== (account?.uid ?? process.getuid?.())) continue;
    await remove(home, { account, binaries, dir: join(home, "postgres") }).catch(() => undefined);
  }
}
