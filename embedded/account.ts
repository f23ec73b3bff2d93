import { stat } from "node:fs/promises";
import { EmbeddedError } from "./error.ts";
import { type Account, run } from "./run.ts";

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
