import type { JobPayload } from "../src/jobs/registry.ts";
import type { WorkerContext } from "../src/process/worker_context.ts";

/** Takes messages out of the outbox that their contact has opted out of since they were written. */
export default ({ pool }: Pick<WorkerContext, "pool">) =>
  async ({ contactId }: JobPayload<"fail_opted_out_messages">): Promise<void> => {
    await pool.query("select app_private.fail_opted_out_messages($1)", [contactId]);
  };
