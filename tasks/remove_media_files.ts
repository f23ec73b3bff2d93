import type { WorkerContext } from "../src/process/worker_context.ts";

/** The number of files that are removed at once. */
const BATCH = 20;

/** Every minute: removes files that no media row uses any more from the storage. */
export default ({ pool, media, log }: Pick<WorkerContext, "pool" | "media" | "log">) =>
  async (): Promise<void> => {
    for (;;) {
      const { rows } = await pool.query<{ storage_key: string }>(
        "select storage_key from app_private.unused_media_files where remove_at <= now() order by remove_at limit $1",
        [BATCH],
      );
      if (rows.length === 0) return;
      const outcomes = await Promise.allSettled(rows.map((row) => media.storage.remove(row.storage_key)));
      const isRemoved = outcomes.map(({ status }) => status === "fulfilled");
      await pool.query("delete from app_private.unused_media_files where storage_key = any ($1)", [
        rows.filter((_row, at) => isRemoved[at]).map((row) => row.storage_key),
      ]);
      const failure = outcomes.find((outcome) => outcome.status === "rejected");
      if (failure) {
        // Those files wait behind the others.
        await pool.query(
          `update app_private.unused_media_files set remove_at = now() + interval '10 minutes' where storage_key = any ($1)`,
          [rows.filter((_row, at) => !isRemoved[at]).map((row) => row.storage_key)],
        );
        log.error({ err: failure.reason }, "files could not be removed from the media storage; will retry");
        return;
      }
    }
  };
