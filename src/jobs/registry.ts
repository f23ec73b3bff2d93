import { z } from "zod";

/**
 * Every background job: its payload, where it runs, and when. The work is in `tasks/<name>.ts`. SQL adds jobs with
 * app_private.job() and app_private.job_key(); tests compare the two sides. docs/architecture.md has the table.
 */
type Job = {
  /** Ids of rows, never copies of their data. Checked before the task runs. */
  payload: z.ZodObject;
  /**
   * Keys of its jobs: a job replaces a waiting job with the same key. A task without keys may have several jobs
   * waiting. `<…>` is a value of the payload, or the id of the row that the job is for.
   */
  keys: readonly `${string}:${"later" | `<${string}>`}`[];
  /** Its cron schedules. Jobs that SQL adds have 25 attempts, unless SQL sets another number. */
  schedule?: Schedule;
} & (
  | { pool: "quick" }
  /**
   * Jobs that wait for other servers run in a separate pool: a slow server must not delay sending. `slots` says how
   * many may run at once in a process, and how many of those for one tenant.
   */
  | { pool: "slow"; slots: { places: number; perTenant: number } }
);

export type Schedule = {
  /** A cron expression, in UTC. */
  cron: string;
  /** A schedule that repeats soon needs no retries. */
  maxAttempts?: number;
  /** How long after its due time a run is still started, if no worker was running then. */
  backfillMs?: number;
};

const nothing = z.object({});
const aRun = z.object({ contextId: z.uuid() });
const aConversation = z.object({ conversationId: z.uuid() });

export const JOBS = {
  send_messages: {
    payload: nothing,
    keys: ["send_messages:later"],
    pool: "quick",
  },
  advance_chatbots: {
    payload: nothing,
    keys: ["advance_chatbots:later", "advance_chatbots:<conversationId>"],
    pool: "quick",
  },
  ring_chatbot_timer: {
    payload: aRun,
    keys: ["ring_chatbot_timer:<contextId>"],
    pool: "quick",
  },
  resume_chatbot: {
    payload: aConversation,
    keys: ["resume_chatbot:<conversationId>"],
    pool: "quick",
  },
  call_for_chatbot: {
    payload: aRun,
    keys: [],
    pool: "slow",
    slots: { places: 40, perTenant: 20 },
  },
  mark_read: {
    payload: aConversation.extend({ isTyping: z.boolean().default(false) }),
    keys: ["mark_read:<conversationId>", "show_typing:<conversationId>"],
    pool: "slow",
    slots: { places: 8, perTenant: 4 },
  },
  block_contact: {
    payload: z.object({ contactId: z.uuid() }),
    keys: ["block_contact:<contactId>"],
    pool: "slow",
    slots: { places: 4, perTenant: 2 },
  },
  upload_media: {
    payload: z.object({ channelId: z.uuid() }),
    keys: ["upload_media:<channelId>"],
    pool: "slow",
    // Each job uploads several files at once.
    slots: { places: 6, perTenant: 2 },
  },
  fetch_media: {
    payload: z.object({ mediaId: z.uuid() }),
    keys: ["fetch_media:<mediaId>"],
    pool: "slow",
    slots: { places: 12, perTenant: 3 },
  },
  import_contacts: {
    payload: z.object({ importId: z.uuid() }),
    keys: ["import_contacts:<importId>"],
    pool: "slow",
    // It uses the database, and takes minutes.
    slots: { places: 2, perTenant: 1 },
  },
  complete_erasure: {
    payload: z.object({ erasureId: z.uuid() }),
    keys: ["complete_erasure:<erasureId>"],
    pool: "slow",
    // It searches the stored webhook bodies of the tenant.
    slots: { places: 1, perTenant: 1 },
  },
  fail_opted_out_messages: {
    payload: z.object({ contactId: z.uuid() }),
    keys: ["fail_opted_out_messages:<contactId>"],
    pool: "quick",
  },
  report_conversion: {
    payload: z.object({ conversionId: z.uuid() }),
    keys: ["report_conversion:<conversionId>"],
    pool: "slow",
    slots: { places: 4, perTenant: 2 },
  },
  sync_templates: {
    payload: z.object({ channelId: z.uuid() }),
    keys: ["sync_templates:<channelId>"],
    pool: "slow",
    slots: { places: 2, perTenant: 1 },
  },
  send_template_change: {
    payload: z.object({ templateChangeId: z.uuid() }),
    keys: ["send_template_change:<templateChangeId>"],
    pool: "slow",
    slots: { places: 4, perTenant: 2 },
  },
  mail_invitation: {
    payload: z.object({ invitationId: z.uuid() }),
    keys: ["mail_invitation:<invitationId>"],
    pool: "slow",
    slots: { places: 4, perTenant: 2 },
  },
  mail_password_reset: {
    payload: z.object({ passwordResetId: z.uuid() }),
    keys: ["mail_password_reset:<passwordResetId>"],
    pool: "slow",
    // An account belongs to no tenant, so that each request counts as one.
    slots: { places: 4, perTenant: 1 },
  },
  remove_media_files: {
    payload: nothing,
    keys: [],
    pool: "slow",
    slots: { places: 1, perTenant: 1 },
    schedule: { cron: "* * * * *", maxAttempts: 1 },
  },
  reconcile_outbox: {
    payload: nothing,
    keys: [],
    pool: "quick",
    schedule: { cron: "* * * * *", maxAttempts: 1 },
  },
  count_chatbot_activity: {
    payload: nothing,
    keys: [],
    pool: "quick",
    schedule: { cron: "* * * * *", maxAttempts: 1 },
  },
  roll_up_figures: {
    payload: nothing,
    keys: [],
    pool: "quick",
    schedule: { cron: "* * * * *", maxAttempts: 1 },
  },
  recount_figures: {
    payload: z.object({ tenantId: z.uuid() }),
    keys: ["recount_figures:<tenantId>"],
    pool: "slow",
    // It reads all messages of the tenant.
    slots: { places: 1, perTenant: 1 },
  },
  send_scheduled_messages: {
    payload: nothing,
    keys: [],
    pool: "quick",
    // Each time at which messages are due has a job; this finds those whose job was lost.
    schedule: { cron: "* * * * *", maxAttempts: 1 },
  },
  feed_campaigns: {
    payload: nothing,
    keys: ["feed_campaigns:later"],
    pool: "quick",
    schedule: { cron: "* * * * *", maxAttempts: 1 },
  },
  end_snoozes: {
    payload: nothing,
    keys: [],
    pool: "quick",
    schedule: { cron: "* * * * *", maxAttempts: 1 },
  },
  close_inactive_conversations: {
    payload: nothing,
    keys: [],
    pool: "quick",
    schedule: { cron: "*/5 * * * *", maxAttempts: 1 },
  },
  seal_audit: {
    payload: nothing,
    keys: [],
    pool: "quick",
    schedule: { cron: "*/5 * * * *", maxAttempts: 1 },
  },
  retry_webhooks: {
    payload: nothing,
    keys: [],
    pool: "quick",
    schedule: { cron: "*/10 * * * *", maxAttempts: 1 },
  },
  apply_retention: {
    payload: nothing,
    keys: [],
    pool: "slow",
    // It takes as long as there is something due.
    slots: { places: 1, perTenant: 1 },
    schedule: { cron: "37 1 * * *", backfillMs: 24 * 60 * 60_000 },
  },
  maintain: {
    payload: nothing,
    keys: [],
    pool: "quick",
    schedule: { cron: "17 3 * * *", backfillMs: 24 * 60 * 60_000 },
  },
} as const satisfies Record<string, Job>;

export type TaskName = keyof typeof JOBS;

export type JobPool = Job["pool"];

/** The payload of a task. */
export type JobPayload<Name extends TaskName> = z.output<(typeof JOBS)[Name]["payload"]>;

/** Tasks that wait for other servers. */
export type SlowTask = {
  [Name in TaskName]: (typeof JOBS)[Name]["pool"] extends "slow" ? Name : never;
}[TaskName];

export function isTaskName(name: string): name is TaskName {
  return Object.hasOwn(JOBS, name);
}
