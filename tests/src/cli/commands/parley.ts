import { spawn } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestDatabase } from "../../../support/database.ts";

const PROGRAM = join(import.meta.dirname, "../../../../src/parley.js");

/** What became of a run of the command line. */
type Ran = { code: number | null; stdout: string; stderr: string };

type RunOptions = { input?: string; env?: Record<string, string> };

/** The command line, as a process of its own, on one database. */
export type Parley = {
  (args: readonly string[], options?: RunOptions): Promise<Ran>;
  /** With --json: what it prints, parsed. Throws when it fails. */
  json<T = Record<string, unknown>>(args: readonly string[], options?: RunOptions): Promise<T>;
  /** Expected to fail: its one line on stderr. Throws when it does not, or says more. */
  failure(args: readonly string[], options?: RunOptions): Promise<string>;
};

export function parleyOn(database: Pick<TestDatabase, "ownerUrl">): Parley {
  const run = (args: readonly string[], options: RunOptions = {}) =>
    runParley(args, { ...options, env: { DATABASE_URL: database.ownerUrl, ...options.env } });
  return Object.assign(run, {
    async json<T>(args: readonly string[], options?: RunOptions): Promise<T> {
      const ran = await run([...args, "--json"], options);
      if (ran.code !== 0) throw new Error(`parley ${args.join(" ")}: ${ran.code} ${ran.stderr}`);
      return JSON.parse(ran.stdout) as T;
    },
    async failure(args: readonly string[], options?: RunOptions): Promise<string> {
      const { code, stdout, stderr } = await run(args, options);
      if (code !== 1 || stdout !== "")
        throw new Error(`parley ${args.join(" ")}: ${code} ${stdout} ${stderr}`);
      if (!/^error: [^\n]+\n$/.test(stderr)) throw new Error(`not one line: ${stderr}`);
      return stderr.trim();
    },
  });
}

/** Runs it with nothing in its environment but what is given and the tests' secrets. */
export function runParley(args: readonly string[], { input = "", env = {} }: RunOptions = {}): Promise<Ran> {
  const { PATH = "", PARLEY_SECRET_KEY = "", JWT_SECRET = "" } = process.env;
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    // No .env of the project.
    cwd: tmpdir(),
    // A busy machine is no error.
    env: {
      PATH,
      PARLEY_SECRET_KEY,
      JWT_SECRET,
      NODE_ENV: "test",
      DATABASE_CONNECTION_TIMEOUT_MS: "20000",
      ...env,
    },
  });
  const ran = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (ran.stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (ran.stderr += text));
  child.stdin.on("error", () => {});
  child.stdin.end(input);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, ...ran }));
  });
}
