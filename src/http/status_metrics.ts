import type pg from "pg";
import { metrics } from "../base/metrics.ts";
import { readOperationsStatus, readWaitingChannels } from "../database/operations_status.ts";
import type { HealthProbe } from "./health.ts";
import type { MetricsSource } from "./metrics_route.ts";

const FRESH_MS = 5_000;

/** The state of the installation, which is the same for all processes. */
export function statusMetrics(pool: pg.Pool): MetricsSource {
  const gauges = [
    metrics.outboxMessages,
    metrics.outboxAge,
    metrics.channelQueued,
    metrics.channelOldest,
    metrics.channelsHeld,
    metrics.channelsStuck,
    metrics.workers,
    metrics.jobs,
    metrics.jobAge,
    metrics.turnAge,
    metrics.mediaPending,
    metrics.mediaAge,
    metrics.webhooksUnapplied,
    metrics.partitionsMissing,
  ];
  return {
    metrics: gauges,
    freshMs: FRESH_MS,
    isAwaited: true,
    async read() {
      const [status, channels] = [await readOperationsStatus(pool), await readWaitingChannels(pool)];
      // Removes the labels of channels that no longer have waiting messages.
      for (const gauge of gauges) gauge.reset();
      metrics.outboxMessages.set({ state: "queued" }, status.outboxQueued);
      metrics.outboxMessages.set({ state: "sending" }, status.outboxSending);
      metrics.outboxMessages.set({ state: "uncertain" }, status.outboxUncertain);
      metrics.outboxAge.set(status.outboxOldestQueuedSeconds);
      for (const { tenant, channelId: channel, reason, messages, oldestSeconds } of channels) {
        metrics.channelQueued.set({ tenant, channel, reason }, messages);
        metrics.channelOldest.set({ tenant, channel, reason }, oldestSeconds);
      }
      metrics.channelsHeld.set(status.heldChannels);
      metrics.channelsStuck.set(status.stuckChannels);
      metrics.workers.set({ state: "moving" }, status.workers - status.silentWorkers);
      metrics.workers.set({ state: "silent" }, status.silentWorkers);
      metrics.jobs.set({ state: "due" }, status.jobsDue);
      metrics.jobs.set({ state: "given_up" }, status.jobsGivenUp);
      metrics.jobAge.set(status.jobsOldestDueSeconds);
      metrics.turnAge.set(status.turnsOldestDueSeconds);
      metrics.mediaPending.set(status.mediaPending);
      metrics.mediaAge.set(status.mediaOldestPendingSeconds);
      metrics.webhooksUnapplied.set(status.webhooksUnapplied);
      metrics.partitionsMissing.set({ until: "this_month" }, status.missingPartitions.length);
      metrics.partitionsMissing.set({ until: "next_month" }, status.missingPartitionsAhead.length);
    },
  };
}

/** The checks of /health/ready. */
export function healthMetrics(health: HealthProbe): MetricsSource {
  return {
    metrics: [metrics.healthChecks],
    freshMs: FRESH_MS,
    isAwaited: true,
    async read() {
      const { checks } = await health();
      metrics.healthChecks.reset();
      for (const [check, { ok }] of Object.entries(checks)) metrics.healthChecks.set({ check }, ok ? 1 : 0);
    },
  };
}
