import { chown, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Account, run } from "./account.ts";
import type { Binaries } from "./binaries.ts";
import { EmbeddedError } from "./error.ts";

type InitOptions = {
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

/**
 * Written to `postgresql.conf` when a cluster is made, so that a DBA can change them there or with
 * `alter system`; only the port and the addresses are given on the command line of each start.
 * Fit for a small machine; fsync and synchronous_commit stay on, because a 200 to Meta means "stored".
 */
export const SETTINGS: Readonly<Record<string, string>> = {
  max_connections: "100",
  shared_buffers: "256MB",
  // A migration touches every monthly partition in one transaction.
  max_locks_per_transaction: "128",
  jit: "off",
  // Which statements take how long (`parley doctor`). Utility statements are stored with their values, and are left out.
  shared_preload_libraries: "pg_stat_statements",
  "pg_stat_statements.track_utility": "off",
  timezone: "UTC",
  log_timezone: "UTC",
  lc_messages: "C",
  // The log holds no statement, no parameter and no detail ("Key (phone)=(…)"): not even the text of an ERROR,
  // which quotes values ("invalid input syntax for type uuid: …"). The client that gets the error logs it.
  log_min_messages: "log",
  log_min_error_statement: "panic",
  log_error_verbosity: "terse",
  log_parameter_max_length: "0",
  log_parameter_max_length_on_error: "0",
  log_autovacuum_min_duration: "-1",
  log_checkpoints: "off",
  log_line_prefix: "%m [%p] ",
};

/** For tests and benchmarks whose data may be lost. */
export const NOT_DURABLE: Readonly<Record<string, string>> = {
  fsync: "off",
  synchronous_commit: "off",
  full_page_writes: "off",
};

/** `-c name=value`, for initdb and postgres alike. */
export function asFlags(settings: Readonly<Record<string, string>>): string[] {
  return Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
}
