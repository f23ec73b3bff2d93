import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";

/** A process that does one job at a time. */
export type Child<Request> = {
  pid: number;
  /** @param timeoutMs then it counts as hung, and the benchmark ends */
  ask<Result>(request: Request, timeoutMs?: number): Promise<Result>;
  end(): Promise<void>;
};

type Answer = { kind: "done"; result: unknown } | { kind: "failed"; reason: string };

const TIMEOUT_MS = 120_000;

/** Starts a program of this directory that takes jobs (`world/job.ts`). */
export function startChild<Request>(program: string): Child<Request> {
  const path = fileURLToPath(new URL(`../${program}`, import.meta.url));
  const child = fork(path, { serialization: "advanced", stdio: ["ignore", "inherit", "inherit", "ipc"] });
  return {
    pid: child.pid!,
    ask: <Result>(request: Request, timeoutMs = TIMEOUT_MS) =>
      ask<Result>(child, program, request, timeoutMs),
    async end() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      await ended;
    },
  };
}

function ask<Result>(
  child: ChildProcess,
  program: string,
  request: unknown,
  timeoutMs: number,
): Promise<Result> {
  const { promise, resolve, reject } = Promise.withResolvers<Result>();
  const timer = setTimeout(
    () => reject(new Error(`${program} has not answered in ${timeoutMs} ms`)),
    timeoutMs,
  );
  const onExit = (code: number | null) => reject(new Error(`${program} ended with ${code}`));
  const onMessage = (answer: Answer) =>
    answer.kind === "done"
      ? resolve(answer.result as Result)
      : reject(new Error(`${program}: ${answer.reason}`));
  child.once("exit", onExit);
  child.once("message", onMessage as (message: unknown) => void);
  child.send(request as object);
  return promise.finally(() => {
    clearTimeout(timer);
    child.off("exit", onExit);
    child.off("message", onMessage as (message: unknown) => void);
  });
}
