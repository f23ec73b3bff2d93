import { replayWebhooks, tenantsWithFailures } from "../src/inbound/replay.ts";
import type { WorkerContext } from "../src/process/worker_context.ts";

const DAY_MS = 24 * 60 * 60_000;
/** The limit for one tenant in a round, so that its bad bodies do not delay those of other tenants. */
const OF_TENANT = { limit: 1000, withinMs: 60_000 };

/** Every ten minutes: retries webhook bodies that could not be applied, for a day, at growing intervals. */
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
