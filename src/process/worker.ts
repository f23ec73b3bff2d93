import type pg from "pg";
import { publicUrl } from "../base/address.ts";
import type { Config } from "../base/config.ts";
import type { Log } from "../base/log.ts";
import { settlesWithin } from "../base/timeout.ts";
import { CHANNEL_KINDS } from "../channels/registry.ts";
import { startMessageIndexing } from "../database/message_indexing.ts";
import { createPool } from "../database/pool.ts";
import { startTableMaintenance } from "../database/table_maintenance.ts";
import { startTimeCorrection } from "../database/time_correction.ts";
import { createChatbotFetches } from "../http/guarded/chatbot_fetches.ts";
import { keepReaping } from "../jobs/presence.ts";
import type { JobPool } from "../jobs/registry.ts";
import { type JobRunner, type JobRunnerOptions, runJobs } from "../jobs/run.ts";
import { SLOW_CONCURRENCY, SlowSlots } from "../jobs/slow_slots.ts";
import { openMailer } from "../mail/mailer.ts";
import { type MediaFiles, openMediaFiles } from "../media/media_files.ts";
import { openOutboundChannels } from "../outbox/outbound_channels.ts";
import { Sender } from "../outbox/sender.ts";
import { CampaignFeeder } from "../outreach/campaign_feeder.ts";
import { TurnTaker } from "../runner/turn_taker.ts";
import type { KeyRing } from "../secrets/key_ring.ts";
import type { WorkerContext } from "./worker_context.ts";
import { workerTasks } from "./worker_tasks.ts";

/** A running worker: the pools of background jobs with everything that they use. */
export type Worker = {
  /** Claims waiting chatbot turns now, which is quicker than the job that would start this. */
  wakeWorker(): void;
  /**
   * Finishes sends, turns and requests in progress. A send without an answer in time is recorded as uncertain; other
   * work is left to be repeated, and no job stays locked. The time defaults to what SIGTERM leaves.
   */
  stop(withinMs?: number): Promise<void>;
};

type WorkerOptions = {
  ownerUrl: string;
  keyRing: KeyRing;
  config: Config;
  log: Log;
  /** Defaults to what the configuration names. */
  media?: MediaFiles;
};

/** Sender, turn taker and campaign feeder occupy one job each while they have work; the other jobs run beside them. */
const LEAST_CONCURRENCY = 5;
const CLOSE_MS = 1_000;
const STOP_MS = 8_000;
/** The part of that time that is reserved for recording outcomes. */
const RECORD_MS = 1_000;

/** Runs the tasks: sends, chatbot turns, and cron jobs. Several workers can run at the same time. */
export async function startWorker(options: WorkerOptions): Promise<Worker> {
  const { log } = options;
  const closing = new AsyncDisposableStack();
  try {
    const { context, sender, turns, feeder } = openContext(options, closing);
    const send = () =>
      void sender.drain().catch((err: unknown) => log.warn({ err }, "outbox drain failed; will retry"));
    const wakeWorker = () =>
      void turns.drain().catch((err: unknown) => log.warn({ err }, "chatbot runner failed; will retry"));
    const work = () => {
      wakeWorker();
      send();
    };
    await startUpkeep(context, work, closing);
    const runners: JobRunner[] = [];
    let stopMs = STOP_MS;
    closing.defer(async () => {
      const jobs = runners.map((runner) => runner.stop());
      await Promise.all([...jobs, turns.stop(), feeder.stop(), sender.stop(stopMs - RECORD_MS)]);
      await handOver(context.pool).catch((err: unknown) =>
        log.warn({ err }, "failed to wake another worker"),
      );
    });
    for (const jobPool of ["quick", "slow"] as const)
      runners.push(await runJobs(runnerOptions(jobPool, context, options.ownerUrl)));
    // A process that wakes its worker without a job may have died before it did so.
    work();
    return {
      wakeWorker,
      stop(withinMs = STOP_MS) {
        stopMs = withinMs;
        return closing.disposeAsync();
      },
    };
  } catch (error) {
    await closing.disposeAsync();
    throw error;
  }
}

type Opened = { context: WorkerContext; sender: Sender; turns: TurnTaker; feeder: CampaignFeeder };

function openContext(
  { ownerUrl, keyRing, config, log, media = openMediaFiles(config) }: WorkerOptions,
  closing: AsyncDisposableStack,
): Opened {
  const pool = createPool(ownerUrl, "worker", config, log);
  closing.defer(() => pool.end());
  const channels = openOutboundChannels(CHANNEL_KINDS, { pool, keyRing, config });
  const fetches = createChatbotFetches(config);
  const { guarded, trusted } = fetches;
  // A send without an answer by then is not awaited: its message is recorded as uncertain.
  closing.defer(async () => {
    await settlesWithin(CLOSE_MS, Promise.allSettled([channels.close(), fetches.close()]));
  });
  const sender = new Sender({ pool, channels, log });
  const turns = new TurnTaker({
    pool,
    keyRing,
    publicUrl: publicUrl(config),
    sendReplies: (pipeline) => sender.drainAfterCommit(pipeline),
    log,
  });
  const feeder = new CampaignFeeder({ pool, sender, log });
  const slots = new SlowSlots();
  const mailer = openMailer(config);
  const context = {
    config,
    log,
    pool,
    keyRing,
    media,
    mailer,
    guarded,
    trusted,
    channels,
    sender,
    turns,
    feeder,
    slots,
  };
  return { context, sender, turns, feeder };
}

/** Starts the periodic work of a worker besides jobs. @param work starts due work, when times were corrected */
async function startUpkeep(
  { pool, log }: WorkerContext,
  work: () => void,
  closing: AsyncDisposableStack,
): Promise<void> {
  // First release the jobs that dead workers have left locked.
  const reaping = await keepReaping(pool, log);
  closing.defer(() => reaping.stop());
  const care = startTableMaintenance(pool, log);
  closing.defer(() => care.stop());
  const indexing = startMessageIndexing(pool, log);
  closing.defer(() => indexing.stop());
  const times = startTimeCorrection(pool, log, work);
  closing.defer(() => times.stop());
}

function runnerOptions(jobPool: JobPool, context: WorkerContext, ownerUrl: string): JobRunnerOptions {
  const { pool, log, config, slots } = context;
  const common = { ownerUrl, pool, log, jobPool, tasks: workerTasks(context) };
  return jobPool === "quick"
    ? { ...common, concurrency: Math.max(config.WORKER_CONCURRENCY, LEAST_CONCURRENCY) }
    : { ...common, concurrency: SLOW_CONCURRENCY, forbiddenFlags: slots.forbiddenFlags };
}

/** Adds jobs for work that is left over, so that another worker starts it without waiting for its next poll. */
async function handOver(pool: pg.Pool): Promise<void> {
  await pool.query("select app_private.next_send_in(0)");
  await pool.query(
    `select app_private.wake_later('advance_chatbots')
     where exists (select from app_private.chatbot_events where due_at <= clock_timestamp())`,
  );
}
