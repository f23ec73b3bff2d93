import type { Task } from "../src/jobs/tasks.ts";
import { recordExpiry } from "../src/outbox/record_expiry.ts";
import type { WorkerContext } from "../src/process/worker_context.ts";
import { syncTemplates, templateAccounts } from "../src/templates/sync_templates.ts";

/** Reads the provider's list of the templates that the account of a channel has, and until when its access is valid. */
export default ({
  pool,
  channels,
  log,
  slots,
}: Pick<WorkerContext, "pool" | "channels" | "log" | "slots">): Task<"sync_templates"> =>
  async ({ channelId }, helpers) => {
    const [account] = await templateAccounts(pool, { channelId });
    if (account === undefined) return;
    await slots.run("sync_templates", account.tenant_id, helpers, async () => {
      await recordExpiry(pool, channels, account);
      const result = await syncTemplates(account, { pool, channels });
      if (result.kind === "done") return;
      const { kind } = result.failure;
      log.warn({ channelId, outcome: kind }, "the list of templates could not be read");
      // What an admin must mend shows in templates_problem, and is tried again daily.
      if (kind !== "rejected" && kind !== "channel_stopped") throw new Error(`sync templates: ${kind}`);
    });
  };
