import { EventEmitter } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { parseCronItems, run, type WorkerEvents, Logger as WorkerLogger } from "graphile-worker";
import type pg from "pg";
import { clockSetBack } from "../base/clock_set_back.ts";
import type { Log } from "../base/log.ts";
import { observeJobs } from "./observe.ts";
import { announceWorker } from "./presence.ts";
import type { JobPool } from "./registry.ts";
import { cronItemsOf, type Tasks, taskListOf } from "./tasks.ts";

export type JobRunner = {
  /** Waits some seconds for running jobs, and leaves no job locked. */
  stop(): Promise<void>;
};

export type JobRunnerOptions = {
  ownerUrl: string;
  pool: pg.Pool;
  /** The pool: its tasks run here, with their cron schedules. */
  jobPool: JobPool;
  tasks: Tasks;
  /** How many jobs run at once. */
  concurrency: number;
  /** Flags of jobs that must wait. They are checked for each job, so the pool then has no local queue. */
  forbiddenFlags?: () => string[] | null;
  log: Log;
};

const RESTART_MS = 1_000;
/** After the clock was set back, graphile-worker would start no cron job until the clock had caught up. */
const SET_BACK = Symbol("the clock was set back");
/** How long running jobs may take to finish when the program stops; after that they are released and run again. */
const STOP_MS = 7_000;

/**
 * Runs the jobs of one pool until it is stopped. graphile-worker shuts itself down when it cannot record the outcome of
 * a job (the database was unreachable for a moment). Then another runner is started at once, while the old one finishes
 * its jobs. Jobs that the old one leaves locked are released by reapDeadWorkers().
 */
export async function runJobs(options: JobRunnerOptions): Promise<JobRunner> {
  const { log } = options;
  const stopping = new AbortController();
  const retiring = new Set<Promise<void>>();
  let current = await start(options);
  const over = keepRunning();

  async function keepRunning(): Promise<void> {
    while (!stopping.signal.aborted) {
      const isSetBack = clockSetBack(stopping.signal).then(() => SET_BACK);
      const end = await Promise.race([current.ending, isSetBack]);
      if (stopping.signal.aborted) return;
      if (end === SET_BACK) log.warn("clock was set back; restarting the job runner");
      else log.error({ err: end }, "job runner shut down; restarting it");
      const leaving = end === SET_BACK ? current.stop() : current.retire();
      const retired: Promise<void> = leaving.finally(() => retiring.delete(retired));
      retiring.add(retired);
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
        if (!stopping.signal.aborted) log.warn({ err: error }, "job runner failed to start; retrying");
      }
    }
  }

  return {
    async stop() {
      stopping.abort();
      await over;
      await Promise.all([current.stop(), ...retiring]);
    },
  };
}

type Running = {
  /** Resolves when the runner shuts down for any reason, with the error if there was one. */
  ending: Promise<unknown>;
  stop(): Promise<void>;
  /** Waits for its end, then releases its presence lock, so that reapDeadWorkers() releases the jobs it still holds. */
  retire(): Promise<void>;
};

async function start({
  ownerUrl,
  pool,
  jobPool,
  tasks,
  concurrency,
  forbiddenFlags,
  log,
}: JobRunnerOptions): Promise<Running> {
  const events: WorkerEvents = new EventEmitter();
  const { promise: poolId, resolve: tellPoolId } = Promise.withResolvers<string>();
  const { promise: ending, resolve: tellEnd } = Promise.withResolvers<unknown>();
  events.once("pool:create", ({ workerPool }) => tellPoolId(workerPool.id));
  events.once("pool:fatalError", ({ error }) => tellEnd(error));
  events.once("pool:gracefulShutdown", ({ message }) => tellEnd(message));
  observeJobs(events, log);
  const runner = await run({
    pgPool: pool,
    taskList: taskListOf(jobPool, tasks),
    parsedCronItems: parseCronItems(cronItemsOf(jobPool)),
    events,
    noHandleSignals: true,
    ...(forbiddenFlags && { forbiddenFlags }),
    logger: new WorkerLogger(() => (level, message) => {
      // Failed jobs are logged by observeJobs(), without the values that an error may quote.
      if (message.startsWith("Failed task")) return;
      // Most jobs hold no connection while they wait for another server, so fewer connections than jobs are intended.
      if (message.startsWith("WARNING: having maxPoolSize")) return;
      if (level === "error" || level === "warning") log.warn({ source: "graphile-worker" }, message);
      else log.debug({ source: "graphile-worker" }, message);
    }),
    preset: {
      worker: {
        concurrentJobs: concurrency,
        pollInterval: 1000,
        localQueue: { size: forbiddenFlags ? -1 : concurrency },
        // With the defaults a graceful shutdown loses completions, and these jobs run again four hours later.
        completeJobBatchDelay: 0,
        failJobBatchDelay: 0,
        gracefulShutdownAbortTimeout: STOP_MS,
      },
    },
  });
  const gone = runner.promise.then(
    () => tellEnd(null),
    (error: unknown) => tellEnd(error),
  );
  try {
    const presence = await announceWorker(ownerUrl, await poolId, jobPool, log);
    const retire = async () => {
      await gone;
      await presence.end().catch(() => {});
    };
    return {
      ending,
      async stop() {
        await runner.stop().catch(() => {});
        await retire();
      },
      retire,
    };
  } catch (error) {
    await runner.stop().catch(() => {});
    throw error;
  }
}
