import type { RequestHandler } from "express";
import type { Counter, Gauge } from "prom-client";
import type { Log } from "../base/log.ts";
import { metrics, registry } from "../base/metrics.ts";
import { listPools } from "../database/pool.ts";

/** Metrics that are not counted while the program runs, but read when they are asked for. */
export type MetricsSource = {
  /** What it sets: they are left out while it cannot be read. */
  metrics: readonly (Gauge | Counter)[];
  /** How long what was read is good enough. */
  freshMs: number;
  /** Whether answers wait for it. Otherwise they have what was last read. */
  isAwaited: boolean;
  read(): Promise<void>;
};

/** `/metrics` for Prometheus. Each source is read at most once in its time, however many clients ask. */
export function metricsRoute(sources: readonly MetricsSource[], log: Log): RequestHandler {
  const readers = sources.map((source) => new SourceReader(source, log));
  return async (_request, response) => {
    await Promise.all(readers.map((reader) => reader.refresh()));
    countConnections();
    response.type(registry.contentType).send(await registry.metrics());
  };
}

class SourceReader {
  readonly #source: MetricsSource;
  readonly #log: Log;
  #reading: Promise<void> | undefined;
  #readAt = Number.NEGATIVE_INFINITY;

  constructor(source: MetricsSource, log: Log) {
    this.#source = source;
    this.#log = log;
  }

  async refresh(): Promise<void> {
    const { freshMs, isAwaited } = this.#source;
    if (this.#reading === undefined && performance.now() - this.#readAt > freshMs)
      this.#reading = this.#read().finally(() => {
        this.#readAt = performance.now();
        this.#reading = undefined;
      });
    if (isAwaited) await this.#reading;
  }

  async #read(): Promise<void> {
    try {
      await this.#source.read();
    } catch (error) {
      this.#log.warn(
        { err: error instanceof Error ? error.message : String(error) },
        "failed to read metrics from the database",
      );
      for (const metric of this.#source.metrics) leaveOut(metric);
    }
  }
}

/** reset() removes the values of a metric with labels, and sets that of one without to 0; remove() refuses the former. */
function leaveOut(metric: Gauge | Counter): void {
  metric.reset();
  const { labelNames } = metric as (Gauge | Counter) & { labelNames: readonly string[] };
  if (labelNames.length === 0) metric.remove();
}

/** The pools of this process, of whatever part. */
function countConnections(): void {
  metrics.poolConnections.reset();
  metrics.poolSize.reset();
  for (const { name, pool } of listPools()) {
    metrics.poolSize.inc({ pool: name }, pool.options.max);
    metrics.poolConnections.inc({ pool: name, state: "busy" }, pool.totalCount - pool.idleCount);
    metrics.poolConnections.inc({ pool: name, state: "idle" }, pool.idleCount);
    metrics.poolConnections.inc({ pool: name, state: "waiting" }, pool.waitingCount);
  }
}
