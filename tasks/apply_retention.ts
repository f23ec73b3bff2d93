import type { JobHelpers } from "graphile-worker";
import type { WorkerContext } from "../src/process/worker_context.ts";
import { applyRetention } from "../src/retention/apply_retention.ts";

/** Every night: archives, deletes and anonymises what the retention rules say. */
export default ({ pool, log }: Pick<WorkerContext, "pool" | "log">) =>
  async (_payload: unknown, { abortSignal }: Pick<JobHelpers, "abortSignal">): Promise<void> => {
    const retained = await applyRetention(pool, { signal: abortSignal });
    if (retained.length > 0) log.info({ retained }, "applied retention rules");
  };
