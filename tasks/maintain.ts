import { dropExpiredPartitions, ensurePartitions } from "../src/database/partitions.ts";
import type { WorkerContext } from "../src/process/worker_context.ts";
import { repeatErasures } from "../src/retention/erasure_list.ts";

const IMPORT_BATCH = 10_000;

/** Every day: creates partitions, deletes rows that are no longer needed, corrects contacts, has templates read. */
export default ({ pool, log, media }: Pick<WorkerContext, "pool" | "log" | "media">) =>
  async (): Promise<void> => {
    const partitions = await ensurePartitions(pool, { log });
    if (partitions.length > 0) log.info({ partitions }, "created partitions ahead of time");
    await pool.query("select app_private.delete_old_rows()");
    await pool.query("select app_private.reactivate_contacts()");
    await deleteOldImports(pool);
    await pool.query("select app_private.delete_unused_media()");
    await pool.query("select app_private.request_template_syncs()");
    const dropped = await dropExpiredPartitions(pool, { log });
    if (dropped.length > 0) log.info({ partitions: dropped }, "dropped old webhook bodies");
    // Last: the storage may not be available.
    const erased = await repeatErasures(pool, media);
    if (erased > 0)
      log.warn({ contacts: erased }, "erased contacts again, which a restored backup had brought back");
  };

/** In batches, because what a batch removes stays locked until the batch is committed. */
async function deleteOldImports(pool: WorkerContext["pool"]): Promise<void> {
  for (let removed = IMPORT_BATCH; removed === IMPORT_BATCH; ) {
    const { rows } = await pool.query("select app_private.delete_old_imports($1) as removed", [IMPORT_BATCH]);
    removed = rows[0].removed;
  }
}
