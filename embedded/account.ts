import { type ChildProcessByStdio, spawn } from "node:child_process";
import { stat } from "node:fs/promises";
import type { Readable } from "node:stream";
import { codeOf, EmbeddedError } from "./error.ts";

/** The account a program runs under; undefined is our own. */
export type Account = { readonly uid: number; readonly gid: number } | undefined;

/** How a program ended, and everything it printed. `pid` is certainly dead by now. */
type Ran = { readonly code: number | null; readonly output: string; readonly pid: number };

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

/** Whether any process has that number, including zombies and processes of other accounts. */
export function exists(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return codeOf(error) === "EPERM";
  }
}

const NAME = "postgres";

/** Each makes a system account without a home or a login; the first that works is enough. */
const WAYS_TO_CREATE: readonly (readonly [program: string, ...args: string[]])[] = [
  ["useradd", "--system", "--user-group", "--no-create-home", "--shell", "/bin/false", NAME],
  ["adduser", "-S", "-D", "-H", "-s", "/bin/false", NAME], // busybox
  ["adduser", "--system", "--group", "--no-create-home", "--disabled-login", NAME], // Debian
];

/**
 * The account the server has to run under. PostgreSQL refuses to run as root, so root gives the server to the
 * owner of the cluster, or, for a new one, to the system account `postgres`, which is made if it is missing.
 * @throws EmbeddedError no_server_user
 */
export async function serverAccount(clusterDir: string | undefined): Promise<Account> {
  if (process.getuid?.() !== 0) return undefined;
  if (clusterDir !== undefined) {
    const { uid, gid } = await stat(clusterDir);
    if (uid !== 0) return { uid, gid };
  }
  const known = await lookUp();
  if (known) return known;
  const attempts: string[] = [];
  for (const [program, ...args] of WAYS_TO_CREATE) {
    const { code, output } = await run(program, args).catch((error: Error) => ({
      code: null,
      output: error.message,
    }));
    const made = await lookUp();
    if (made) return made;
    attempts.push(`${program}: ${output || `exit code ${code}`}`);
  }
  throw new EmbeddedError(
    "no_server_user",
    `PostgreSQL does not run as root, and the account "${NAME}" cannot be made: make it, or start Parley as an ordinary user`,
    new Error(attempts.join("; ")),
  );
}

async function lookUp(): Promise<Account> {
  const [uid, gid] = await Promise.all([run("id", ["-u", NAME]), run("id", ["-g", NAME])]);
  if (uid.code !== 0 || gid.code !== 0) return undefined;
  return { uid: Number(uid.output), gid: Number(gid.output) };
}

/** Whether the account can enter a directory. Tried, not computed: ACLs and network file systems count too. */
export async function canEnter(account: Account, directory: string): Promise<boolean> {
  if (account === undefined) return true;
  const { code } = await run("/bin/sh", ["-c", 'cd "$1"', "sh", directory], account);
  return code === 0;
}
