import { dropExpiredPartitions, ensurePartitions } from "../src/database/partitions.ts";
import type { WorkerContext } from "../src/process/worker_context.ts";
import { repeatErasures } from "../src/retention/erasure_list.ts";

const MEDIA_BATCH = 1_000;
const IMPORT_BATCH = 10_000;
/** A contact may have many messages. */
const CONTACT_BATCH = 20;

/** Every day: creates partitions, deletes data beyond its retention, corrects contacts, has templates read. */
export default ({ pool, config, log, media }: Pick<WorkerContext, "pool" | "config" | "log" | "media">) =>
  async (): Promise<void> => {
    const partitions = await ensurePartitions(pool, { log });
    if (partitions.length > 0) log.info({ partitions }, "created partitions ahead of time");
    await pool.query("select app_private.delete_old_rows()");
    await pool.query("select app_private.reactivate_contacts()");
    await inBatches(pool, "erase_deleted_contacts", CONTACT_BATCH);
    await inBatches(pool, "delete_old_imports", IMPORT_BATCH);
    await pool.query("select app_private.delete_unused_media()");
    await inBatches(pool, "remove_expired_media", MEDIA_BATCH);
    await pool.query("select app_private.request_template_syncs()");
    const dropped = await dropExpiredPartitions(pool, config.WEBHOOK_RETENTION_DAYS, { log });
    if (dropped.length > 0) log.info({ partitions: dropped }, "dropped old webhook bodies");
    // Last: the storage may not be available.
    const erased = await repeatErasures(pool, media);
    if (erased > 0)
      log.warn({ contacts: erased }, "erased contacts again, which a restored backup had brought back");
  };

/** In batches, because what a batch removes stays locked until the batch is committed. */
async function inBatches(
  pool: WorkerContext["pool"],
  name: "erase_deleted_contacts" | "delete_old_imports" | "remove_expired_media",
  size: number,
): Promise<void> {
  for (let removed = size; removed === size; ) {
    const { rows } = await pool.query(`select app_private.${name}($1) as removed`, [size]);
    removed = rows[0].removed;
  }
}
