import { EventEmitter } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import {
  type CronItem,
  parseCronItems,
  type Runner,
  run,
  type TaskList,
  type WorkerEvents,
  Logger as WorkerLogger,
} from "graphile-worker";
import type pg from "pg";
import type { Log } from "./log.ts";
import { observeJobs } from "./observe_jobs.ts";
import { announceWorker, type WorkerRole } from "./worker_presence.ts";

export type JobRunner = {
  /** Finishes the jobs under way, within some seconds, and leaves none locked. */
  stop(): Promise<void>;
};

export type JobRunnerOptions = {
  ownerUrl: string;
  pool: pg.Pool;
  role: WorkerRole;
  tasks: TaskList;
  crons: CronItem[];
  /** Jobs at once. */
  concurrency: number;
  log: Log;
};

const RESTART_MS = 1_000;

/**
 * Runs jobs of the given tasks until it is stopped. graphile-worker ends itself when it cannot write down what became of
 * a job (the database was away for a moment): then it is started again. What it left locked is the reaper's.
 */
export async function runJobs(options: JobRunnerOptions): Promise<JobRunner> {
  const { log } = options;
  const stopping = new AbortController();
  let current = await start(options);
  const over = keepRunning();

  async function keepRunning(): Promise<void> {
    while (!stopping.signal.aborted) {
      const ended = current.runner.promise.then(
        () => null,
        (error: unknown) => error,
      );
      const error = await Promise.race([ended, aborted(stopping.signal)]);
      if (stopping.signal.aborted) return;
      log.error({ err: error }, "the job runner ended by itself; starting it again");
      await current.end();
      await restart();
    }
  }

  async function restart(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        await delay(RESTART_MS, undefined, { signal: stopping.signal });
        current = await start(options);
        return;
      } catch (error) {
        if (!stopping.signal.aborted)
          log.warn({ err: error }, "the job runner could not start; trying again");
      }
    }
  }

  return {
    async stop() {
      stopping.abort();
      await over;
      await current.runner.stop().catch(() => {});
      await current.end();
    },
  };
}

type Running = {
  runner: Runner;
  /** Gives up the announcement: what is still locked then is freed by the reaper. Never throws. */
  end(): Promise<void>;
};

async function start({
  ownerUrl,
  pool,
  role,
  tasks,
  crons,
  concurrency,
  log,
}: JobRunnerOptions): Promise<Running> {
  const events: WorkerEvents = new EventEmitter();
  const poolId = new Promise<string>((resolve) => {
    events.once("pool:create", ({ workerPool }) => resolve(workerPool.id));
  });
  observeJobs(events, log);
  const runner = await run({
    pgPool: pool,
    taskList: tasks,
    parsedCronItems: parseCronItems(crons),
    events,
    noHandleSignals: true,
    logger: new WorkerLogger(() => (level, message) => {
      // That a job failed is logged by observeJobs(), without what the error may quote.
      if (message.startsWith("Failed task")) return;
      if (level === "error" || level === "warning") log.warn({ source: "graphile-worker" }, message);
      else log.debug({ source: "graphile-worker" }, message);
    }),
    preset: {
      worker: {
        concurrentJobs: concurrency,
        maxPoolSize: pool.options.max,
        pollInterval: 1000,
        localQueue: { size: concurrency },
        // With the defaults a graceful shutdown loses completions, and the jobs run again four hours later.
        completeJobBatchDelay: 0,
        failJobBatchDelay: 0,
        gracefulShutdownAbortTimeout: 5_000,
      },
    },
  });
  // Its end is looked at later; that it may fail is not news to the process.
  runner.promise.catch(() => {});
  try {
    const presence = await announceWorker(ownerUrl, await poolId, role, log);
    return { runner, end: () => presence.end().catch(() => {}) };
  } catch (error) {
    await runner.stop().catch(() => {});
    throw error;
  }
}

function aborted(signal: AbortSignal): Promise<null> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(null);
    else signal.addEventListener("abort", () => resolve(null), { once: true });
  });
}
