import type pg from "pg";
import type { Config } from "../base/config.ts";
import { metrics } from "../base/metrics.ts";
import type { MetricsSource } from "../http/metrics_route.ts";
import { examine } from "./examine.ts";
import { onExaminingConnection } from "./examining_connection.ts";
import { LIMITS } from "./limits.ts";

/** The checks of `parley doctor` that are quick, as a metric. */
export function findingsMetrics(pool: pg.Pool, config: Config): MetricsSource {
  return {
    metrics: [metrics.doctorFindings],
    freshMs: 60_000,
    // A scrape does not wait for it: if the server is busy, a check takes up to ten seconds.
    isAwaited: false,
    async read() {
      const { findings } = await onExaminingConnection(pool, (db) =>
        examine({ db, config, limits: LIMITS, now: Date.now }, { isQuick: true }),
      );
      metrics.doctorFindings.reset();
      for (const { check, severity } of findings) metrics.doctorFindings.inc({ check, severity });
    },
  };
}
