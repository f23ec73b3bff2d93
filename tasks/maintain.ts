import { dropExpiredPartitions, ensurePartitions } from "../src/database/partitions.ts";
import type { WorkerContext } from "../src/process/worker_context.ts";

const MEDIA_BATCH = 1_000;

/** Every day: creates the partitions of the next months, and deletes data beyond its retention. */
export default ({ pool, config, log }: Pick<WorkerContext, "pool" | "config" | "log">) =>
  async (): Promise<void> => {
    const partitions = await ensurePartitions(pool, { log });
    if (partitions.length > 0) log.info({ partitions }, "created partitions ahead of time");
    await pool.query("select app_private.delete_old_rows()");
    await removeOldMedia(pool);
    const dropped = await dropExpiredPartitions(pool, config.WEBHOOK_RETENTION_DAYS, { log });
    if (dropped.length > 0) log.info({ partitions: dropped }, "dropped old webhook bodies");
  };

/** In batches, because each file of a batch stays locked until the batch is committed. */
async function removeOldMedia(pool: WorkerContext["pool"]): Promise<void> {
  await pool.query("select app_private.delete_unused_media()");
  for (let removed = MEDIA_BATCH; removed === MEDIA_BATCH; ) {
    const { rows } = await pool.query("select app_private.remove_expired_media($1) as removed", [
      MEDIA_BATCH,
    ]);
    removed = rows[0].removed;
  }
}
