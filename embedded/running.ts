import { readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Client } from "pg";
import type { Cluster } from "./cluster.ts";
import { EmbeddedError, type EmbeddedLog } from "./error.ts";
import { launch } from "./launch.ts";
import { inspect, replaceStalePid } from "./postmaster.ts";
import { attach } from "./presence.ts";
import { withStartLock } from "./start_lock.ts";

/** A server that runs, and our presence in it. */
export type Running = {
  readonly presence: Client;
  readonly port: number;
  readonly startedHere: boolean;
};

/** Without any progress. */
const TIMEOUT_MS = 30_000;
/** While it replays its log after a crash, or writes everything out before it stops. */
const RECOVERY_TIMEOUT_MS = 10 * 60_000;
const PAUSE_MS = 50;

/**
 * Uses the server that runs, or starts it. Any number of processes may do so at once and others may be stopping
 * it at the same time: each round checks the state again instead of relying on an earlier check. The one that starts
 * is the one whose postmaster gets `postmaster.pid`; the others' give up, and attach to it.
 * @throws EmbeddedError start_timeout, and what `launch` and `attach` throw
 */
export async function ensureRunning(
  cluster: Cluster,
  log: EmbeddedLog,
  signal?: AbortSignal,
): Promise<Running> {
  const begin = Date.now();
  let deadline = begin + TIMEOUT_MS;
  let startedPid: number | undefined;
  let obstacle: unknown;
  let hasToldToWait = false;
  for (;;) {
    signal?.throwIfAborted();
    const seen = await inspect(cluster);
    if (seen.kind === "alive" && seen.port !== undefined && seen.status === "ready") {
      const attached = await attach(cluster, seen.port);
      if (attached.kind === "present") {
        return { presence: attached.client, port: seen.port, startedHere: seen.pid === startedPid };
      }
      obstacle = attached.reason;
    } else if (seen.kind === "alive") {
      deadline = Math.min(Date.now() + TIMEOUT_MS, begin + RECOVERY_TIMEOUT_MS);
      if (!hasToldToWait && Date.now() - begin > 3_000) {
        hasToldToWait = true;
        log.info(`PostgreSQL is ${seen.status}; after a crash this takes a while`);
      }
    } else {
      obstacle = `process ${seen.kind === "leftover" ? seen.pid : "none"} is in postmaster.pid`;
      await withStartLock(cluster.dir, async () => {
        const seenNow = await inspect(cluster);
        if (seenNow.kind === "alive") return;
        if (seenNow.kind === "leftover") await replaceStalePid(cluster);
        startedPid = await launch(cluster, await freePort(await rememberedPort(cluster.dir)));
      });
    }
    if (Date.now() > deadline) {
      throw new EmbeddedError(
        "start_timeout",
        `PostgreSQL in ${cluster.dir} neither answers nor releases its directory; see ${cluster.logFile}`,
        obstacle,
      );
    }
    await delay(PAUSE_MS);
  }
}

/** The port of the last start, from the command line that PostgreSQL itself keeps in the cluster. */
async function rememberedPort(clusterDir: string): Promise<number | undefined> {
  const options = await readFile(join(clusterDir, "postmaster.opts"), "utf8").catch(() => "");
  const port = /"port=(\d+)"/.exec(options)?.[1];
  return port === undefined ? undefined : Number(port);
}

/** A port on 127.0.0.1 that is free now: the preferred one if it is, else any. */
async function freePort(preferred: number | undefined): Promise<number> {
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
