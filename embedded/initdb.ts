import { chown, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Binaries } from "./binaries.ts";
import { EmbeddedError } from "./error.ts";
import { type Account, run } from "./run.ts";
import { asFlags } from "./settings.ts";

export type InitOptions = {
  readonly binaries: Binaries;
  readonly account: Account;
  readonly superuserPassword: string;
  readonly settings: Readonly<Record<string, string>>;
  /** Whether the files are on the disk when it returns. */
  readonly durable: boolean;
};

/**
 * Makes a cluster in `<staging>/postgres`. The staging directory is given to the server's account.
 * @throws EmbeddedError no_binaries, disk_full, init_failed
 */
export async function initdb(staging: string, options: InitOptions): Promise<string> {
  const { binaries, account, superuserPassword, settings, durable } = options;
  const clusterDir = join(staging, "postgres");
  const passwordFile = join(staging, "password");
  await writeFile(passwordFile, superuserPassword, { mode: 0o600 });
  if (account) {
    await chown(passwordFile, account.uid, account.gid);
    await chown(staging, account.uid, account.gid);
  }
  const args = [
    ...["--pgdata", clusterDir, "--username", "postgres", "--pwfile", passwordFile],
    // The same order and case rules on every machine, whatever its C library knows.
    ...["--encoding", "UTF8", "--locale", "C", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"],
    ...["--auth", "scram-sha-256", "--data-checksums", "--no-instructions"],
    ...(durable ? [] : ["--no-sync"]),
    ...asFlags(settings),
  ];
  const { code, output } = await run(binaries.initdb, args, account).catch((error: unknown) => {
    throw new EmbeddedError(
      "no_binaries",
      "PostgreSQL does not run on this machine: set DATABASE_URL to a server of your own",
      error,
    );
  });
  if (code === 0) return clusterDir;
  const cause = new Error(output);
  if (/No space left on device|Disk quota exceeded/.test(output)) {
    throw new EmbeddedError("disk_full", `The disk is full: cannot make a database in ${staging}`, cause);
  }
  const reason = output.split("\n").findLast((line) => /error|fatal/i.test(line));
  throw new EmbeddedError("init_failed", `Cannot make a database in ${staging}: ${reason ?? output}`, cause);
}
