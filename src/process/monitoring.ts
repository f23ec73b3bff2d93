import type { RequestHandler } from "express";
import { localUrl } from "../base/address.ts";
import { createPool } from "../database/pool.ts";
import { changeStatementLogBySignal, statementLog } from "../database/statement_log.ts";
import { findingsMetrics } from "../doctor/findings_metrics.ts";
import { serverMetrics } from "../doctor/server_metrics.ts";
import { createHealthProbe, type HealthProbe } from "../http/health.ts";
import { metricsRoute } from "../http/metrics_route.ts";
import { startMetricsServer } from "../http/metrics_server.ts";
import { healthMetrics, statusMetrics } from "../http/status_metrics.ts";
import type { ProcessResources } from "./resources.ts";

/** What a process shows of itself and of the installation. */
export type Monitoring = {
  health: HealthProbe;
  metrics: RequestHandler;
  /** Where both are served on this machine, if they have a port of their own. */
  url: string | undefined;
};

/**
 * Prepares health checks and metrics, and serves them if they have a port of their own. They have their own connections,
 * so that neither webhooks nor jobs delay them.
 */
export async function startMonitoring(resources: ProcessResources): Promise<Monitoring> {
  const { owner, media, config, log, closing } = resources;
  statementLog.begin(config.LOG_SQL);
  const changing = changeStatementLogBySignal(log);
  closing.defer(() => changing.stop());

  const pool = createPool(owner.url, "health", { ...config, DATABASE_POOL_SIZE: 3 }, log);
  closing.defer(() => pool.end());
  const health = createHealthProbe(pool, log, media);
  const sources = [
    statusMetrics(pool),
    healthMetrics(health),
    serverMetrics(pool),
    findingsMetrics(pool, config),
  ];
  const parts = { health, metrics: metricsRoute(sources, log) };
  if (config.METRICS_PORT === undefined) return { ...parts, url: undefined };

  const server = await startMetricsServer(parts, config.HOST, config.METRICS_PORT);
  closing.defer(() => server.close());
  return { ...parts, url: localUrl(config.HOST, server.port) };
}
