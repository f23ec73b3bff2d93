import { type ChildProcessByStdio, spawn } from "node:child_process";
import type { Readable } from "node:stream";
import { codeOf, EmbeddedError } from "./error.ts";

/** The account a program runs under; undefined is our own. */
export type Account = { readonly uid: number; readonly gid: number } | undefined;

/** How a program ended, and everything it printed. `pid` is certainly dead by now. */
export type Ran = { readonly code: number | null; readonly output: string; readonly pid: number };

/** Always there and always traversable, unlike our own working directory. */
export const REACHABLE_DIRECTORY = "/";

/** Nothing of ours leaks into the server: no PG* variables that would misdirect it, no secrets. */
export function serverEnvironment(): NodeJS.ProcessEnv {
  const { PATH, LD_LIBRARY_PATH } = process.env;
  return { PATH: PATH ?? "/usr/bin:/bin", LC_ALL: "C", ...(LD_LIBRARY_PATH ? { LD_LIBRARY_PATH } : {}) };
}

/**
 * Runs a program to its end. Rejects only if it cannot be started at all.
 * @throws EmbeddedError no_server_user
 */
export async function run(program: string, args: readonly string[], account?: Account): Promise<Ran> {
  const child = begin(program, args, account);
  const { promise, resolve, reject } = Promise.withResolvers<Ran>();
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  child.once("error", reject);
  child.once("close", (code) => resolve({ code, output: output.trim(), pid: child.pid ?? 0 }));
  return promise;
}

function begin(
  program: string,
  args: readonly string[],
  account: Account,
): ChildProcessByStdio<null, Readable, Readable> {
  try {
    return spawn(program, args, {
      cwd: REACHABLE_DIRECTORY,
      env: serverEnvironment(),
      stdio: ["ignore", "pipe", "pipe"],
      ...account,
    });
  } catch (error) {
    if (account === undefined || codeOf(error) !== "EPERM") throw error;
    throw new EmbeddedError(
      "no_server_user",
      "PostgreSQL does not run as root, and this root may not start it under another account: start Parley as an ordinary user, or set DATABASE_URL",
      error,
    );
  }
}
