import { createHash, randomBytes } from "node:crypto";
import { lstat, open, readdir, readFile, realpath, rename, rm, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type Account, canEnter, serverAccount } from "./account.ts";
import { type Binaries, findBinaries, makeStateDir, reachableBinaries, STATE_DIR } from "./binaries.ts";
import { codeOf, EmbeddedError, type EmbeddedLog, explainFileError } from "./error.ts";
import { initdb, SETTINGS } from "./initdb.ts";
import { makeStaging, removeAbandoned } from "./staging.ts";

/** A cluster on disk and what it takes to run it. */
export type Cluster = {
  /** Real path of the data directory of PostgreSQL. */
  readonly dir: string;
  readonly account: Account;
  readonly binaries: Binaries;
  readonly logFile: string;
  readonly superuserPassword: string;
};

/**
 * The cluster of a data directory, made if there is none. It lies in `<dataDir>/postgres`; where root's server
 * account cannot get there, that is a symlink to a directory below `/var/lib/parley`.
 */
export async function openCluster(
  dataDir: string,
  superuserPassword: string,
  log: EmbeddedLog,
): Promise<Cluster> {
  const link = join(dataDir, "postgres");
  await removeAbandoned(dataDir);
  const isThere = await checkCluster(link);
  const account = await serverAccount(isThere ? link : undefined);
  const binaries = await reachableBinaries(await findBinaries(), account, log);
  const cluster = { account, binaries, logFile: join(dataDir, "postgres.log"), superuserPassword };
  if (!isThere) {
    try {
      await create(dataDir, link, cluster, log);
    } catch (error) {
      throw explainFileError(error, link);
    }
  }
  const dir = await realpath(link);
  if (await canEnter(account, dir)) return { ...cluster, dir };
  throw new EmbeddedError(
    "no_permission",
    `The account that owns ${dir} cannot reach it: move the directory, or open the ones above it for that account`,
  );
}

/** Whether a usable cluster is there. */
async function checkCluster(link: string): Promise<boolean> {
  try {
    await lstat(link);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return false;
    throw explainFileError(error, link);
  }
  let version: string;
  try {
    version = (await readFile(join(link, "PG_VERSION"), "utf8")).trim();
  } catch (error) {
    const reason = explainFileError(error, link);
    if (reason !== error) throw reason;
    throw new EmbeddedError(
      "cluster_missing",
      `${link} is there but holds no database: put it back, or remove it to start from scratch`,
      error,
    );
  }
  if (version === "18") return true;
  throw new EmbeddedError(
    "wrong_major_version",
    `${link} was made by PostgreSQL ${version}, this is 18: dump it with the old version and restore it`,
  );
}

/** Built aside and renamed, so that a kill -9 leaves either nothing or all; the first of several wins. */
async function create(
  dataDir: string,
  link: string,
  cluster: Omit<Cluster, "dir">,
  log: EmbeddedLog,
): Promise<void> {
  const isReachable = await canEnter(cluster.account, dataDir);
  if (!isReachable) await makeStateDir();
  const staging = await makeStaging(isReachable ? dataDir : STATE_DIR);
  try {
    const built = await initdb(staging, { ...cluster, settings: SETTINGS, durable: true });
    await rm(join(staging, "password"));
    if (isReachable) {
      await rename(built, link);
    } else {
      // The path alone is not a unique name: a project that is moved keeps its cluster, and the
      // next one at the same path must not get it.
      const hash = createHash("sha256").update(dataDir).digest("hex").slice(0, 12);
      await logOtherClusters(hash, log);
      const home = join(STATE_DIR, `${hash}-${randomBytes(3).toString("hex")}`);
      await rename(staging, home);
      await symlink(join(home, "postgres"), link).catch(async (error: unknown) => {
        await rm(home, { recursive: true });
        throw error;
      });
      log.info(`The database is in ${home}, because its account cannot reach ${dataDir}`);
    }
    await syncDirectory(dirname(link));
  } catch (error) {
    const isThereNow = ["EEXIST", "ENOTEMPTY", "ENOTDIR"].includes(codeOf(error) ?? "");
    if (!isThereNow) throw error;
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path);
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/** Removing a data directory does not remove the cluster it pointed to. */
async function logOtherClusters(hash: string, log: EmbeddedLog): Promise<void> {
  for (const name of await readdir(STATE_DIR)) {
    if (!name.startsWith(`${hash}-`)) continue;
    log.warn(`${join(STATE_DIR, name)} is of an earlier data directory here: remove it if that is no more`);
  }
}
