import type { JobHelpers } from "graphile-worker";
import { FairShare } from "../base/fair_share.ts";
import { JOBS, type SlowTask } from "./registry.ts";

const SLOW_TASKS = Object.entries(JOBS).flatMap(([name, job]) =>
  job.pool === "slow" ? [{ name: name as SlowTask, ...job.slots }] : [],
);

/** How many slow jobs may run at once. They mostly wait for other servers and use little CPU. */
export const SLOW_CONCURRENCY = SLOW_TASKS.reduce((sum, { places }) => sum + places, 0);

const DEFER_MS = 1_000;

/**
 * A concurrency limit for slow jobs. A tenant may use only a part of a task's slots, so that its slow server does not
 * delay the jobs of other tenants. A job beyond that is rescheduled and flagged with its tenant, so that it is not
 * fetched while the tenant uses its share.
 */
export class SlowSlots {
  readonly #shares = Object.fromEntries(
    SLOW_TASKS.map(({ name, places, perTenant }) => [
      name,
      new FairShare({ places, perKey: [perTenant], refusal: "All slots are in use" }),
    ]),
  ) as Record<SlowTask, FairShare>;

  /** Tasks of tenants whose running jobs are to look for more work before they end. */
  readonly #more = new Set<string>();

  /** Flags of the jobs that would not get a slot now; null when all would. */
  readonly forbiddenFlags = (): string[] | null => {
    const flags = Object.entries(this.#shares).flatMap(([task, share]) =>
      share.exhausted().map((tenantId) => flagOf(task, tenantId)),
    );
    return flags.length === 0 ? null : flags;
  };

  /** Runs the work of a task's job in a slot of its tenant, or reschedules the job when no slot is free. */
  async run(
    task: SlowTask,
    tenantId: string,
    { job, addJob }: Pick<JobHelpers, "job" | "addJob">,
    work: () => Promise<void>,
  ): Promise<void> {
    const leave = this.#shares[task].tryEnter([tenantId]);
    if (leave) return work().finally(leave);
    await this.#defer(task, tenantId, { job, addJob });
  }

  /**
   * Like run(), for work that goes on until there is nothing left to do. While the tenant uses its share, another job is
   * not needed: those that run do its work.
   */
  async drain(
    task: SlowTask,
    tenantId: string,
    helpers: Pick<JobHelpers, "job" | "addJob">,
    work: () => Promise<void>,
  ): Promise<void> {
    const share = this.#shares[task];
    const flag = flagOf(task, tenantId);
    const leave = share.tryEnter([tenantId]);
    if (leave === null) {
      if (!share.holds([tenantId])) return this.#defer(task, tenantId, helpers);
      this.#more.add(flag);
      return;
    }
    try {
      do {
        this.#more.delete(flag);
        await work();
      } while (this.#more.has(flag));
    } finally {
      leave();
    }
  }

  async #defer(
    task: SlowTask,
    tenantId: string,
    { job, addJob }: Pick<JobHelpers, "job" | "addJob">,
  ): Promise<void> {
    // By the database's clock, which decides when a job is due; this machine's clock may differ.
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
