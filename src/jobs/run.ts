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
  /** Finishes the jobs under way, within some seconds, and leaves none locked. */
  stop(): Promise<void>;
};

export type JobRunnerOptions = {
  ownerUrl: string;
  pool: pg.Pool;
  /** Whose tasks run here, and what starts them by the clock. */
  jobPool: JobPool;
  tasks: Tasks;
  /** Jobs at once. */
  concurrency: number;
  /** Marks of jobs that must wait; looked at for each job, which is why there is no local queue then. */
  forbiddenFlags?: () => string[] | null;
  log: Log;
};

const RESTART_MS = 1_000;
/** Until it had caught up, graphile-worker would run nothing that comes round by the clock. */
const SET_BACK = Symbol("the clock was set back");
/** For jobs that are under way when the program stops; one that takes longer is given back, to be run again. */
const STOP_MS = 7_000;

/**
 * Runs the jobs of one pool until it is stopped. graphile-worker shuts itself down when it cannot write down what
 * became of a job (the database was away for a moment): then another is started at once, while the old one finishes
 * what it has. What that leaves locked is the reaper's.
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
  /** Resolves when it shuts down, for whatever reason, with the error if there was one. */
  ending: Promise<unknown>;
  stop(): Promise<void>;
  /** Waits for its end, and gives up the announcement: what is still locked then is freed by the reaper. */
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
      // That a job failed is logged by observeJobs(), without what the error may quote.
      if (message.startsWith("Failed task")) return;
      // Most jobs hold no connection while they wait for another server: fewer connections than jobs are meant.
      if (message.startsWith("WARNING: having maxPoolSize")) return;
      if (level === "error" || level === "warning") log.warn({ source: "graphile-worker" }, message);
      else log.debug({ source: "graphile-worker" }, message);
    }),
    preset: {
      worker: {
        concurrentJobs: concurrency,
        pollInterval: 1000,
        localQueue: { size: forbiddenFlags ? -1 : concurrency },
        // With the defaults a graceful shutdown loses completions, and the jobs run again four hours later.
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
