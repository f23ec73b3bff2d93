import { type ChildProcess, execFile, spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Parley's own processes, started and configured as a user would. */
export type Program = {
  /** Of the API, once it runs. */
  url: string;
  /** A directory for the run: what Parley prints is in `parley.log`. */
  home: string;
  /** What it signs access tokens with. */
  jwtSecret: string;
  /** A command, as in `["tenant", "add", "bakery"]`; its `--json` document. */
  command<T>(args: readonly string[]): Promise<T>;
  /** @returns milliseconds from the start of the process until it was ready */
  start(command?: "start" | "serve" | "work"): Promise<number>;
  /** The process that runs. */
  pid(): number;
  stop(): Promise<void>;
};

const PARLEY = fileURLToPath(new URL("../../src/parley.js", import.meta.url));
const JWT_SECRET = "a token secret for benchmarks, long enough";
const READY_MS = 120_000;

type ProgramOptions = {
  databaseUrl: string;
  /** Writes a CPU profile of each process there. */
  profileDir: string | undefined;
};

export async function createProgram({ databaseUrl, profileDir }: ProgramOptions): Promise<Program> {
  const home = await mkdtemp(join(tmpdir(), "parley-bench-"));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const env = {
    ...cleanEnvironment(),
    NODE_ENV: "production",
    LOG_LEVEL: "warn",
    DATABASE_URL: databaseUrl,
    PORT: String(port),
    MEDIA_STORAGE: join(home, "media"),
    PARLEY_SECRET_KEY: "a secret key for benchmarks, long enough",
    JWT_SECRET,
  };
  let running: ChildProcess | null = null;

  return {
    url,
    home,
    jwtSecret: JWT_SECRET,
    command<T>(args: readonly string[]) {
      return new Promise<T>((resolve, reject) => {
        const options = { cwd: home, env, timeout: 60_000, maxBuffer: 1 << 24 };
        execFile(process.execPath, [PARLEY, ...args, "--json"], options, (error, stdout, stderr) => {
          if (error) reject(new Error(`parley ${args.join(" ")}: ${stderr || error.message}`));
          else resolve(JSON.parse(stdout) as T);
        });
      });
    },
    async start(command = "start") {
      const began = performance.now();
      const flags = profileDir && command !== "serve" ? ["--cpu-prof", `--cpu-prof-dir=${profileDir}`] : [];
      const child = spawn(process.execPath, [...flags, PARLEY, command], {
        cwd: home,
        env,
        stdio: ["ignore", "pipe", "pipe"],
      });
      running = child;
      // Its output is kept, so that a failure can be explained.
      const log = createWriteStream(join(home, "parley.log"), { flags: "a" });
      child.stdout.pipe(log);
      child.stderr.pipe(log);
      if (command === "work") await printed(child, "Working");
      else await ready(`${url}/health/${command === "start" ? "ready" : "live"}`, child, home);
      return performance.now() - began;
    },
    pid() {
      if (running?.pid === undefined) throw new Error("parley does not run");
      return running.pid;
    },
    async stop() {
      const child = running;
      running = null;
      if (child === null || child.exitCode !== null || child.signalCode !== null) return;
      const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
      child.kill("SIGTERM");
      const timer = setTimeout(() => child.kill("SIGKILL"), 15_000);
      await ended;
      clearTimeout(timer);
    },
  };
}

async function ready(url: string, child: ChildProcess, home: string): Promise<void> {
  const deadline = performance.now() + READY_MS;
  while (performance.now() < deadline) {
    if (child.exitCode !== null)
      throw new Error(`parley ended with ${child.exitCode}; see ${home}/parley.log`);
    const isReady = await fetch(url).then(
      (response) => response.arrayBuffer().then(() => response.ok),
      () => false,
    );
    if (isReady) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`parley was not ready in ${READY_MS} ms; see ${home}/parley.log`);
}

function printed(child: ChildProcess, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`parley has not printed "${text}"`)), READY_MS);
    child.stdout?.on("data", (chunk: Buffer) => {
      if (!chunk.includes(text)) return;
      clearTimeout(timer);
      resolve();
    });
    child.once("exit", (code) => reject(new Error(`parley ended with ${code}`)));
  });
}

/** The environment without the settings of the user who runs the benchmark. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR, LANG } = process.env;
  return { PATH, HOME, ...(TMPDIR && { TMPDIR }), ...(LANG && { LANG }) };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}
