import type { JobHelpers } from "graphile-worker";
import { FairShare } from "../base/fair_share.ts";

/** What waits for somebody else's server: a chatbot's call, or a read receipt. */
export type SlowKind = "call" | "courtesy";

/** Jobs that wait for other servers; they wait, they do not work. */
const SLOTS: Readonly<Record<SlowKind, { places: number; perTenant: number }>> = {
  call: { places: 40, perTenant: 20 },
  courtesy: { places: 8, perTenant: 4 },
};
const PUT_OFF_MS = 1_000;

/** How many slow jobs may run at once. */
export const SLOW_CONCURRENCY = SLOTS.call.places + SLOTS.courtesy.places;

/**
 * Slots for slow jobs: a tenant holds half of them at most, so that its slow server keeps nobody else's calls waiting. A
 * job beyond that is put off, and marked with its tenant, so that it is not even fetched while the tenant has its share.
 */
export class SlowSlots {
  readonly #shares = Object.fromEntries(
    Object.entries(SLOTS).map(([kind, { places, perTenant }]) => [
      kind,
      new FairShare({ places, perKey: [perTenant], refusal: "All slots are in use" }),
    ]),
  ) as Record<SlowKind, FairShare>;

  /** Marks of the jobs that would not get a slot now; null when any would. */
  readonly forbiddenFlags = (): string[] | null => {
    const flags = Object.entries(this.#shares).flatMap(([kind, share]) =>
      share.exhausted().map((tenantId) => flagOf(kind, tenantId)),
    );
    return flags.length === 0 ? null : flags;
  };

  /** Does the work in a slot of its tenant, or puts the job off when there is none. */
  async run(
    kind: SlowKind,
    tenantId: string,
    { job, addJob }: Pick<JobHelpers, "job" | "addJob">,
    work: () => Promise<void>,
  ): Promise<void> {
    const leave = this.#shares[kind].tryEnter([tenantId]);
    if (leave) return work().finally(leave);
    // By the database's clock, which says when it is due; this machine's may differ.
    const now = job.locked_at?.getTime() ?? Date.now();
    await addJob(job.task_identifier as never, job.payload as never, {
      runAt: new Date(now + PUT_OFF_MS * (1 + Math.random())),
      maxAttempts: job.max_attempts,
      priority: job.priority,
      flags: [flagOf(kind, tenantId)],
      ...(job.key !== null && { jobKey: job.key }),
    });
  }
}

function flagOf(kind: string, tenantId: string): string {
  return `${kind}:${tenantId}`;
}
