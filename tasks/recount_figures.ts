import type { Task } from "../src/jobs/tasks.ts";
import type { WorkerContext } from "../src/process/worker_context.ts";

/** Counts a tenant's messages again, by the days of its new time zone. */
export default ({ pool, slots }: Pick<WorkerContext, "pool" | "slots">): Task<"recount_figures"> =>
  async ({ tenantId }, helpers) => {
    await slots.run("recount_figures", tenantId, helpers, async () => {
      await pool.query("select app_private.recount_figures($1)", [tenantId]);
    });
  };
