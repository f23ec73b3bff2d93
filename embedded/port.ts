import { readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";

/** The port of the last start, from the command line that PostgreSQL itself keeps in the cluster. */
export async function rememberedPort(clusterDir: string): Promise<number | undefined> {
  const options = await readFile(join(clusterDir, "postmaster.opts"), "utf8").catch(() => "");
  const port = /"port=(\d+)"/.exec(options)?.[1];
  return port === undefined ? undefined : Number(port);
}

/** A port on 127.0.0.1 that is free now: the preferred one if it is, else any. */
export async function freePort(preferred: number | undefined): Promise<number> {
  if (preferred !== undefined && (await isFree(preferred))) return preferred;
  for (;;) {
    // Below the range the system takes outgoing ports from, so that it is likely to be free next time as well.
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const server = createServer();
  server.once("error", () => resolve(false));
  server.listen({ host: "127.0.0.1", port, exclusive: true }, () => server.close(() => resolve(true)));
  return promise;
}
