import { z } from "zod";

/**
 * Every background job: what it is given, where it runs, and when. What it does is in `tasks/<name>.ts`. SQL adds jobs by
 * app_private.job() and app_private.job_key(), tests compare the two; docs/architecture.md has the table.
 */
type Job = {
  /** A pointer to rows, never what the rows know. Checked before the task runs. */
  payload: z.ZodObject;
  /**
   * Keys of its jobs: a job replaces the one that waits with the same key. A task without keys may have several jobs
   * waiting. `<…>` is a value of the payload, or the id of the row that the job was set for.
   */
  keys: readonly `${string}:${"later" | `<${string}>`}`[];
  /** What starts it by the clock. Jobs that SQL adds are tried 25 times, unless SQL says otherwise. */
  schedule?: Schedule;
} & (
  | { pool: "quick" }
  /**
   * Jobs that wait for other servers run in a pool of their own, so that a slow one holds up no send. `slots` says how
   * many may run at once in a process, and how many of these for one tenant.
   */
  | { pool: "slow"; slots: { places: number; perTenant: number } }
);

export type Schedule = {
  /** In UTC. */
  cron: string;
  /** What comes round soon anyway is not tried again. */
  maxAttempts?: number;
  /** How far back a run is made up for that was due while no worker ran. */
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
  retry_webhooks: {
    payload: nothing,
    keys: [],
    pool: "quick",
    schedule: { cron: "*/10 * * * *", maxAttempts: 1 },
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

/** What a task is given. */
export type JobPayload<Name extends TaskName> = z.output<(typeof JOBS)[Name]["payload"]>;

/** Tasks that wait for other servers. */
export type SlowTask = {
  [Name in TaskName]: (typeof JOBS)[Name]["pool"] extends "slow" ? Name : never;
}[TaskName];

export function isTaskName(name: string): name is TaskName {
  return Object.hasOwn(JOBS, name);
}
