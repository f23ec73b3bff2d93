import type { RequestHandler } from "express";
import type pg from "pg";
import type { Log } from "../base/log.ts";
import { metrics, registry } from "../base/metrics.ts";
import { readOperationsStatus, readWaitingChannels } from "../database/operations_status.ts";
import type { HealthProbe } from "./health.ts";

/** The pools of this process by name, for the gauge of connections. */
type Pools = Readonly<Record<string, pg.Pool>>;

type MetricsRouteParts = { pool: pg.Pool; pools: Pools; health: HealthProbe; log: Log };

const FRESH_MS = 5_000;

/**
 * `/metrics` for Prometheus. The database is queried at most every five seconds; while it cannot be reached, figures
 * that come from it are left out, and the gauge of the database's health check is 0.
 */
export function metricsRoute({ pool, pools, health, log }: MetricsRouteParts): RequestHandler {
  let askedAt = Number.NEGATIVE_INFINITY;
  let asking: Promise<unknown> = Promise.resolve();
  return async (_request, response) => {
    if (performance.now() - askedAt > FRESH_MS) {
      askedAt = performance.now();
      asking = Promise.all([askDatabase(pool, log), askHealth(health)]);
    }
    await asking;
    countConnections(pools);
    response.type(registry.contentType).send(await registry.metrics());
  };
}

/** Sets the gauges that come from the database and concern all processes. */
const FROM_DATABASE = [
  metrics.outboxDepth,
  metrics.outboxAge,
  metrics.channelQueued,
  metrics.channelOldest,
  metrics.channelsHeld,
  metrics.channelsStuck,
  metrics.workers,
  metrics.jobAge,
  metrics.turnAge,
  metrics.mediaPending,
  metrics.mediaAge,
];

async function askDatabase(pool: pg.Pool, log: Log): Promise<void> {
  try {
    const [status, channels] = [await readOperationsStatus(pool), await readWaitingChannels(pool)];
    // Removes the labels of channels that no longer have waiting messages.
    for (const gauge of FROM_DATABASE) gauge.reset();
    metrics.outboxDepth.set({ state: "queued" }, status.outboxQueued);
    metrics.outboxDepth.set({ state: "sending" }, status.outboxSending);
    metrics.outboxDepth.set({ state: "uncertain" }, status.outboxUncertain);
    metrics.outboxAge.set(status.outboxOldestQueuedSeconds);
    for (const { tenant, channelId: channel, reason, messages, oldestSeconds } of channels) {
      metrics.channelQueued.set({ tenant, channel, reason }, messages);
      metrics.channelOldest.set({ tenant, channel, reason }, oldestSeconds);
    }
    metrics.channelsHeld.set(status.heldChannels);
    metrics.channelsStuck.set(status.stuckChannels);
    metrics.workers.set({ state: "moving" }, status.workers - status.silentWorkers);
    metrics.workers.set({ state: "silent" }, status.silentWorkers);
    metrics.jobAge.set(status.jobsOldestDueSeconds);
    metrics.turnAge.set(status.turnsOldestDueSeconds);
    metrics.mediaPending.set(status.mediaPending);
    metrics.mediaAge.set(status.mediaOldestPendingSeconds);
  } catch (error) {
    log.warn(
      { err: error instanceof Error ? error.message : String(error) },
      "failed to read metrics from the database",
    );
    // Labels go with reset(), the value of a gauge without labels with remove().
    for (const gauge of FROM_DATABASE) {
      gauge.reset();
      gauge.remove();
    }
  }
}

async function askHealth(health: HealthProbe): Promise<void> {
  const { checks } = await health();
  metrics.healthChecks.reset();
  for (const [check, { ok }] of Object.entries(checks)) metrics.healthChecks.set({ check }, ok ? 1 : 0);
}

function countConnections(pools: Pools): void {
  for (const [name, pool] of Object.entries(pools)) {
    metrics.poolConnections.set({ pool: name, state: "busy" }, pool.totalCount - pool.idleCount);
    metrics.poolConnections.set({ pool: name, state: "idle" }, pool.idleCount);
    metrics.poolConnections.set({ pool: name, state: "waiting" }, pool.waitingCount);
  }
}
