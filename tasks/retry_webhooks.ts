import { replayWebhooks, tenantsWithFailures } from "../src/inbound/replay.ts";
import type { WorkerContext } from "../src/process/worker_context.ts";

const DAY_MS = 24 * 60 * 60_000;
/** What one tenant may take of a round, so that its bad bodies keep no other's waiting. */
const OF_TENANT = { limit: 1000, withinMs: 60_000 };

/** Every ten minutes: webhook bodies that could not be applied, a few more times for a day, ever more rarely. */
export default ({ pool, keyRing, log }: Pick<WorkerContext, "pool" | "keyRing" | "log">) =>
  async (): Promise<void> => {
    const since = new Date(Date.now() - DAY_MS);
    for (const tenantId of await tenantsWithFailures(pool, since)) {
      const result = await replayWebhooks(
        { pool, keyRing, log },
        { status: "failed", tenantId, since, maxAttempts: 7, backsOff: true, ...OF_TENANT },
      );
      if (result.replayed > 0) log.info({ tenantId, ...result }, "retried failed webhooks");
    }
  };
