import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";

const ENTRY = fileURLToPath(new URL("killable_program.ts", import.meta.url));

/** A process with the receiver and the worker that can be killed and started again at the same address. */
export type KillableProcess = {
  url: string;
  start(): Promise<void>;
  /** kill -9; resolves when it is gone. */
  kill(): Promise<void>;
};

export async function startKillableProcess(
  ownerUrl: string,
  env: NodeJS.ProcessEnv = {},
): Promise<KillableProcess> {
  const port = await freePort();
  let child: ChildProcess | undefined;
  return {
    url: `http://127.0.0.1:${port}`,
    async start() {
      child = spawn(process.execPath, [ENTRY], {
        env: { ...process.env, ...env, TEST_OWNER_URL: ownerUrl, TEST_PORT: String(port) },
        stdio: ["ignore", "pipe", "inherit"],
      });
      const started = child;
      await Promise.race([
        once(started.stdout!, "data"),
        once(started, "exit").then(() => Promise.reject(new Error("the process ended before it was ready"))),
      ]);
    },
    async kill() {
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, "exit");
      child.kill("SIGKILL");
      await gone;
    },
  };
}

/** A port of the loopback interface that nothing uses. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
