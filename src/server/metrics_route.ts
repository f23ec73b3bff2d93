import type { RequestHandler } from "express";
import type pg from "pg";
import type { Log } from "../log.ts";
import { metrics, registry } from "../metrics.ts";
import { readOperationsStatus } from "../operations_status.ts";

/** Pools of this process by name, for the gauge. */
export type Pools = Readonly<Record<string, pg.Pool>>;

const FRESH_MS = 5_000;

/**
 * Prometheus' page. The database is asked at most every five seconds, in one statement; while it is away the figures
 * that come from it are left out.
 */
export function metricsRoute(pool: pg.Pool, pools: Pools, log: Log): RequestHandler {
  let askedAt = Number.NEGATIVE_INFINITY;
  let asking: Promise<void> = Promise.resolve();
  return async (_request, response) => {
    if (performance.now() - askedAt > FRESH_MS) {
      askedAt = performance.now();
      asking = askDatabase(pool, log);
    }
    await asking;
    countConnections(pools);
    response.type(registry.contentType).send(await registry.metrics());
  };
}

async function askDatabase(pool: pg.Pool, log: Log): Promise<void> {
  try {
    const status = await readOperationsStatus(pool);
    metrics.outboxDepth.set({ state: "queued" }, status.outboxQueued);
    metrics.outboxDepth.set({ state: "sending" }, status.outboxSending);
    metrics.outboxDepth.set({ state: "uncertain" }, status.outboxUncertain);
    metrics.outboxAge.set(status.outboxOldestQueuedSeconds);
  } catch (error) {
    log.warn({ err: error instanceof Error ? error.message : String(error) }, "no figures from the database");
    metrics.outboxDepth.reset();
    metrics.outboxAge.remove();
  }
}

function countConnections(pools: Pools): void {
  for (const [name, pool] of Object.entries(pools)) {
    metrics.poolConnections.set({ pool: name, state: "busy" }, pool.totalCount - pool.idleCount);
    metrics.poolConnections.set({ pool: name, state: "idle" }, pool.idleCount);
    metrics.poolConnections.set({ pool: name, state: "waiting" }, pool.waitingCount);
  }
}
