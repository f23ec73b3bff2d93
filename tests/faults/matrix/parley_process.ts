import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { until } from "../../support/until.ts";

const PARLEY = fileURLToPath(new URL("../../../src/parley.js", import.meta.url));
const START_MS = 120_000;

/** A process of Parley as an operator starts it, that can be killed and started again. */
export class ParleyProcess {
  /** What it has logged, one JSON object a line. */
  readonly log: string[] = [];
  readonly #command: "serve" | "work";
  readonly #env: NodeJS.ProcessEnv;
  #child: ChildProcess | undefined;

  constructor(command: "serve" | "work", env: NodeJS.ProcessEnv) {
    this.#command = command;
    this.#env = env;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#env.PORT}`;
  }

  /** Where it serves its metrics. */
  get metricsUrl(): string {
    return `http://127.0.0.1:${this.#env.METRICS_PORT ?? this.#env.PORT}`;
  }

  get isRunning(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** @param more variables for this time only */
  async start(more: NodeJS.ProcessEnv = {}): Promise<void> {
    if (this.isRunning) return;
    const child = spawn(process.execPath, [PARLEY, this.#command], {
      env: { ...this.#env, ...more },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child = child;
    for (const stream of [child.stdout!, child.stderr!])
      stream.setEncoding("utf8").on("data", (text: string) => this.log.push(...text.trim().split("\n")));
    const from = this.log.length;
    await until(
      `parley ${this.#command} to start`,
      async () => {
        if (!this.isRunning)
          throw new Error(`parley ${this.#command} ended: ${this.log.slice(from).join("\n")}`);
        return this.#command === "serve"
          ? fetch(`${this.url}/health/live`).then(
              ({ ok }) => ok,
              () => false,
            )
          : this.log.slice(from).some((line) => line.includes("Working"));
      },
      START_MS,
    );
  }

  /** Sends a signal and waits for the end; returns how long it took. */
  async end(signal: "SIGKILL" | "SIGTERM"): Promise<number> {
    const began = performance.now();
    if (!this.isRunning) return 0;
    const gone = once(this.#child!, "exit");
    this.#child!.kill(signal);
    await gone;
    return performance.now() - began;
  }
}

/** Runs a command to its end, as an operator would; rejects if it fails. */
export function runParley(args: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [PARLEY, ...args], { env, timeout: 60_000 }, (error, stdout, stderr) => {
      if (error) reject(new Error(`parley ${args.join(" ")}: ${stderr || error.message}`));
      else resolve(stdout);
    });
  });
}
