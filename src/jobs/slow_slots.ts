import type { JobHelpers } from "graphile-worker";
import { FairShare } from "../base/fair_share.ts";
import { JOBS, type SlowTask } from "./registry.ts";

const SLOW_TASKS = Object.entries(JOBS).flatMap(([name, job]) =>
  job.pool === "slow" ? [{ name: name as SlowTask, ...job.slots }] : [],
);

/** How many slow jobs may run at once; they wait, they do not work. */
export const SLOW_CONCURRENCY = SLOW_TASKS.reduce((sum, { places }) => sum + places, 0);

const DEFER_MS = 1_000;

/**
 * Slots for slow jobs. A tenant holds only a part of a task's slots, so that its slow server does not keep the jobs of
 * other tenants waiting. A job beyond that is put off, and marked with its tenant, so that it is not even fetched while
 * the tenant has its share.
 */
export class SlowSlots {
  readonly #shares = Object.fromEntries(
    SLOW_TASKS.map(({ name, places, perTenant }) => [
      name,
      new FairShare({ places, perKey: [perTenant], refusal: "All slots are in use" }),
    ]),
  ) as Record<SlowTask, FairShare>;

  /** Marks of the jobs that would not get a slot now; null when any would. */
  readonly forbiddenFlags = (): string[] | null => {
    const flags = Object.entries(this.#shares).flatMap(([task, share]) =>
      share.exhausted().map((tenantId) => flagOf(task, tenantId)),
    );
    return flags.length === 0 ? null : flags;
  };

  /** Does the work of a task's job in a slot of its tenant, or puts the job off when there is none. */
  async run(
    task: SlowTask,
    tenantId: string,
    { job, addJob }: Pick<JobHelpers, "job" | "addJob">,
    work: () => Promise<void>,
  ): Promise<void> {
    const leave = this.#shares[task].tryEnter([tenantId]);
    if (leave) return work().finally(leave);
    // By the database's clock, which says when it is due; this machine's may differ.
    const now = job.locked_at?.getTime() ?? Date.now();
    await addJob<string>(task, job.payload, {
      runAt: new Date(now + DEFER_MS * (1 + Math.random())),
      maxAttempts: job.max_attempts,
      priority: job.priority,
      flags: [flagOf(task, tenantId)],
      ...(job.key !== null && { jobKey: job.key }),
    });
  }
}

function flagOf(task: string, tenantId: string): string {
  return `${task}:${tenantId}`;
}
