import { EventEmitter } from "node:events";
import {
  type CronItem,
  parseCronItems,
  run,
  type TaskList,
  type WorkerEvents,
  Logger as WorkerLogger,
} from "graphile-worker";
import advanceChatbots from "../tasks/advance_chatbots.ts";
import callForChatbot from "../tasks/call_for_chatbot.ts";
import maintain from "../tasks/maintain.ts";
import markRead from "../tasks/mark_read.ts";
import reapWorkers from "../tasks/reap_workers.ts";
import reconcileOutbox from "../tasks/reconcile_outbox.ts";
import retryWebhooks from "../tasks/retry_webhooks.ts";
import ringChatbotTimer from "../tasks/ring_chatbot_timer.ts";
import sendMessages from "../tasks/send_messages.ts";
import type { Config } from "./config.ts";
import { createPool } from "./database.ts";
import { createGuardedFetch } from "./http/guarded_fetch.ts";
import type { Log } from "./log.ts";
import { observeJobs } from "./observe_jobs.ts";
import { createChannelAccess } from "./outbox/channel_access.ts";
import { createSender } from "./outbox/sender.ts";
import type { Program } from "./program.ts";
import type { KeyRing } from "./secrets/key_ring.ts";
import { createTurnTaker } from "./turns/take_turns.ts";
import { createGraphClient } from "./whatsapp/graph_client.ts";
import { announceWorker, reapDeadWorkers } from "./worker_presence.ts";

export type Worker = {
  /** Finishes what is under way, within some seconds, and leaves no job locked. */
  stop(): Promise<void>;
};

export type WorkerOptions = { ownerUrl: string; keyRing: KeyRing; config: Config; log: Log };

/** The file name of a task is its identifier. */
function tasksOf(program: Program): TaskList {
  return {
    advance_chatbots: advanceChatbots(program),
    call_for_chatbot: callForChatbot(program),
    maintain: maintain(program),
    mark_read: markRead(program),
    reap_workers: reapWorkers(program),
    reconcile_outbox: reconcileOutbox(program),
    retry_webhooks: retryWebhooks(program),
    ring_chatbot_timer: ringChatbotTimer(program),
    send_messages: sendMessages(program),
  };
}

const CRON: CronItem[] = [
  { task: "reap_workers", match: "* * * * *", options: { maxAttempts: 1 } },
  { task: "reconcile_outbox", match: "* * * * *", options: { maxAttempts: 1 } },
  { task: "retry_webhooks", match: "*/10 * * * *", options: { maxAttempts: 1 } },
  { task: "maintain", match: "17 3 * * *", options: { backfillPeriod: 24 * 60 * 60_000 } },
];

/** Runs the tasks: sends, chatbots' turns, and what comes round by the clock. Many can run beside each other. */
export async function startWorker({ ownerUrl, keyRing, config, log }: WorkerOptions): Promise<Worker> {
  const pool = createPool(ownerUrl, "worker", config, log);
  const graph = createGraphClient();
  const guarded = createGuardedFetch({
    allowedHosts: config.HTTP_ALLOWED_HOSTS,
    allowsPlainHttp: config.HTTP_ALLOWED_HOSTS.length > 0,
    timeoutMs: 30_000,
  });
  const access = createChannelAccess(pool, keyRing, config);
  const sender = createSender({ pool, graph, access, log });
  const turns = createTurnTaker({ pool, log });
  const program: Program = { config, log, pool, keyRing, graph, guarded, access, sender, turns };

  const events: WorkerEvents = new EventEmitter();
  const poolId = new Promise<string>((resolve) => {
    events.once("pool:create", ({ workerPool }) => resolve(workerPool.id));
  });
  observeJobs(events, log);

  // What a worker that died left behind, before anything else.
  await reapDeadWorkers(pool, log);
  const runner = await run({
    pgPool: pool,
    taskList: tasksOf(program),
    parsedCronItems: parseCronItems(CRON),
    events,
    noHandleSignals: true,
    logger: new WorkerLogger(() => (level, message) => {
      if (level === "error" || level === "warning") log.warn({ source: "graphile-worker" }, message);
      else log.debug({ source: "graphile-worker" }, message);
    }),
    preset: {
      worker: {
        concurrentJobs: config.WORKER_CONCURRENCY,
        maxPoolSize: config.DATABASE_POOL_SIZE,
        pollInterval: 1000,
        localQueue: { size: 20 },
        // With the defaults a graceful shutdown loses completions, and the jobs run again four hours later.
        completeJobBatchDelay: 0,
        failJobBatchDelay: 0,
        gracefulShutdownAbortTimeout: 5_000,
      },
    },
  });
  const presence = await announceWorker(ownerUrl, await poolId, log);

  return {
    async stop() {
      await Promise.all([runner.stop(), sender.stop()]);
      await presence.end();
      await Promise.all([graph.close(), guarded.close()]);
      await pool.end();
    },
  };
}
