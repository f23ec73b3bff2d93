import { setTimeout as delay } from "node:timers/promises";
import type { Cluster } from "./cluster.ts";
import type { EmbeddedLog } from "./error.ts";
import { stop } from "./postmaster.ts";
import { isLastOne } from "./presence.ts";
import { ensureRunning, type Running } from "./running.ts";

/** Keeps the server running until it is released. */
type Keeper = {
  /** Releases the server; the last process stops it. Takes at most 8 s, and never throws. */
  release(): Promise<void>;
};

const RELEASE_TIMEOUT_MS = 7_500;
const STOP_SECONDS = 6;
const LONGEST_PAUSE_MS = 15_000;

/**
 * Watches the presence connection. When it is lost (the server crashed or was stopped), the server is started
 * again and the presence lock is taken again; the pools of this process then reconnect to the same port.
 */
export function keep(cluster: Cluster, running: Running, log: EmbeddedLog): Keeper {
  const leaving = new AbortController();
  let current: Running | undefined;
  let recovery: Promise<void> = Promise.resolve();
  let released: Promise<void> | undefined;

  const watch = (next: Running) => {
    current = next;
    next.presence.once("end", () => {
      current = undefined;
      if (!leaving.signal.aborted) recovery = recover();
    });
  };

  const recover = async () => {
    log.warn("embedded PostgreSQL stopped unexpectedly; restarting it");
    for (let pauseMs = 500; !leaving.signal.aborted; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
      try {
        const next = await ensureRunning(cluster, log, leaving.signal);
        watch(next);
        if (next.port === running.port) log.info("embedded PostgreSQL is running again");
        else log.error(`The embedded PostgreSQL is back, but on port ${next.port}: restart Parley`);
        return;
      } catch (error) {
        if (leaving.signal.aborted) return;
        log.error(messageOf(error));
        await delay(pauseMs, undefined, { signal: leaving.signal }).catch(() => undefined);
      }
    }
  };

  const leave = async () => {
    leaving.abort();
    await recovery;
    if (!current) return;
    const { presence } = current;
    try {
      // The exclusive lock is held until the server is gone.
      if ((await isLastOne(presence)) && !(await stop(cluster, "fast", STOP_SECONDS))) {
        log.warn("embedded PostgreSQL is still writing; it stops when it is done");
      }
    } catch (error) {
      log.warn(`The embedded PostgreSQL was not stopped: ${messageOf(error)}`);
    } finally {
      await presence.end().catch(() => undefined);
    }
  };

  watch(running);
  return {
    release() {
      released ??= Promise.race([leave(), delay(RELEASE_TIMEOUT_MS, undefined, { ref: false })]);
      return released;
    },
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
