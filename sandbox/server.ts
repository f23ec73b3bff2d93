import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import express from "express";
import type { SandboxOptions } from "./options.ts";
import { createSandbox, type Sandbox } from "./sandbox.ts";

export interface SandboxServerOptions extends SandboxOptions {
  /** Defaults to 0, which takes any free port. */
  port?: number;
  /** Defaults to 127.0.0.1. */
  host?: string;
}

export interface SandboxServer extends Sandbox {
  /** Where it listens, without a slash at the end: what to take for `https://graph.facebook.com`. */
  readonly url: string;
}

/** Starts a sandbox with an HTTP server of its own: the Graph API at `/`, the phone at `/sandbox`. */
export async function startSandboxServer(options: SandboxServerOptions = {}): Promise<SandboxServer> {
  const { port = 0, host = "127.0.0.1", numbers = [], ...sandboxOptions } = options;
  const sandbox = createSandbox(sandboxOptions);
  const app = express();
  app.disable("x-powered-by");
  app.use("/sandbox", sandbox.phoneRouter);
  app.use(sandbox.graphRouter);
  const server = createServer(app);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  const { port: actualPort } = server.address() as AddressInfo;
  const url = `http://${host.includes(":") ? `[${host}]` : host}:${actualPort}`;
  const addNumber: Sandbox["addNumber"] = (number) => sandbox.addNumber({ graphUrl: url, ...number });
  for (const number of numbers) addNumber(number);
  return {
    ...sandbox,
    url,
    addNumber,
    close: async () => {
      await sandbox.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
