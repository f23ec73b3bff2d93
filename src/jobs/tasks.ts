import type { CronItem, JobHelpers, TaskList } from "graphile-worker";
import { JOBS, type JobPayload, type JobPool, type Schedule, type TaskName } from "./registry.ts";

/** A task, typed with the payload that the registry declares for it. */
export type Task<Name extends TaskName> = (payload: JobPayload<Name>, helpers: JobHelpers) => Promise<void>;

export type Tasks = { [Name in TaskName]: Task<Name> };

const names = Object.keys(JOBS) as TaskName[];

/** The tasks of a pool as graphile-worker calls them: each checks its payload first. */
export function taskListOf(pool: JobPool, tasks: Tasks): TaskList {
  const list: TaskList = {};
  for (const name of names) if (JOBS[name].pool === pool) list[name] = checked(name, tasks[name]);
  return list;
}

function checked<Name extends TaskName>(name: Name, task: Task<Name>): TaskList[string] {
  return (payload, helpers) => task(JOBS[name].payload.parse(payload) as JobPayload<Name>, helpers);
}

/** The cron items of a pool. */
export function cronItemsOf(pool: JobPool): CronItem[] {
  return names.flatMap((task) => {
    const job = JOBS[task];
    if (job.pool !== pool || !("schedule" in job)) return [];
    const { cron, maxAttempts, backfillMs }: Schedule = job.schedule;
    return {
      task,
      match: cron,
      options: {
        ...(maxAttempts !== undefined && { maxAttempts }),
        ...(backfillMs !== undefined && { backfillPeriod: backfillMs }),
      },
    };
  });
}
