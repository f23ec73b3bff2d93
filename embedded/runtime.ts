import { chmod, cp, mkdir, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { type Binaries, binariesIn } from "./binaries.ts";
import { EmbeddedError, explainFileError } from "./error.ts";
import type { EmbeddedLog } from "./log.ts";
import { type Account, run } from "./run.ts";
import { makeStaging, removeAbandoned } from "./staging.ts";

/** Where root keeps what the server's account cannot reach inside the project. */
export const STATE_DIR = "/var/lib/parley";

/**
 * The binaries, where the account can run them: in `node_modules`, or else (root, with the project below `/root`
 * or in a `mktemp -d`) in a copy of 60 MB that is made once per version.
 * @throws EmbeddedError no_binaries, no_permission, disk_full
 */
export async function reachableBinaries(
  binaries: Binaries,
  account: Account,
  log: EmbeddedLog,
): Promise<Binaries> {
  if (account === undefined || (await runs(binaries, account))) return binaries;
  const target = join(STATE_DIR, `runtime-${binaries.version}-${process.arch}`);
  const copy = binariesIn(target, binaries.version);
  if (await runs(copy, account)) return copy;
  log.info(`Copying PostgreSQL to ${target}, because its account cannot reach ${binaries.root}`);
  try {
    await copyTree(binaries.root, target, account);
  } catch (error) {
    throw explainFileError(error, target);
  }
  if (await runs(copy, account)) return copy;
  throw new EmbeddedError(
    "no_binaries",
    `PostgreSQL does not run on this machine: set DATABASE_URL to a server of your own`,
    new Error((await run(copy.postgres, ["--version"], account)).output),
  );
}

async function runs({ postgres, root }: Binaries, account: Account): Promise<boolean> {
  const script = 'test -r "$1/share/postgresql/postgres.bki" && exec "$2" --version';
  const { code } = await run("/bin/sh", ["-c", script, "sh", root, postgres], account);
  return code === 0;
}

async function copyTree(source: string, target: string, account: Account): Promise<void> {
  await makeStateDir();
  const staging = await makeStaging(STATE_DIR);
  await cp(source, staging, { recursive: true, verbatimSymlinks: true });
  // The copy is ours, so its modes are too: the original may have come with a umask of 077.
  await chmod(staging, 0o755);
  for (const entry of await readdir(staging, { recursive: true, withFileTypes: true })) {
    if (entry.isSymbolicLink()) continue;
    const isOpenToAll = entry.isDirectory() || entry.parentPath.endsWith("/bin");
    await chmod(join(entry.parentPath, entry.name), isOpenToAll ? 0o755 : 0o644);
  }
  // In the way is what another process has made meanwhile, or a copy that was damaged: that does not run.
  if (await runs(binariesIn(target, ""), account)) return rm(staging, { recursive: true });
  await rm(target, { recursive: true, force: true });
  await rename(staging, target);
}

/** Makes the directory if it is missing, open to the server's account whatever our umask is. */
export async function makeStateDir(): Promise<void> {
  const made = await mkdir(STATE_DIR, { recursive: true });
  if (made !== undefined) await chmod(STATE_DIR, 0o755);
  await removeAbandoned(STATE_DIR);
}
