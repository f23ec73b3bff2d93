import { dropExpiredPartitions, ensurePartitions } from "../src/database/partitions.ts";
import type { WorkerContext } from "../src/process/worker_context.ts";

/** Every day: creates the partitions of the next months, and deletes data beyond its retention. */
export default ({ pool, config, log }: Pick<WorkerContext, "pool" | "config" | "log">) =>
  async (): Promise<void> => {
    const partitions = await ensurePartitions(pool, { log });
    if (partitions.length > 0) log.info({ partitions }, "created partitions ahead of time");
    await pool.query("select app_private.delete_old_rows()");
    const dropped = await dropExpiredPartitions(pool, config.WEBHOOK_RETENTION_DAYS, { log });
    if (dropped.length > 0) log.info({ partitions: dropped }, "dropped old webhook bodies");
  };
