import type { Task } from "../src/jobs/tasks.ts";
import { attemptUpload, loadUpload, recordUpload } from "../src/outbox/media_upload.ts";
import type { WorkerContext } from "../src/process/worker_context.ts";

/** Hands a file that messages of a channel wait for over to the provider, and releases the messages. */
export default ({
  pool,
  channels,
  media: { storage },
  log,
  slots,
}: Pick<WorkerContext, "pool" | "channels" | "media" | "log" | "slots">): Task<"upload_media"> =>
  async ({ uploadId }, helpers) => {
    const upload = await loadUpload(pool, uploadId);
    if (upload === null) return;
    await slots.run("upload_media", upload.tenantId, helpers, async () => {
      const result = await attemptUpload(upload, { channels, storage, log });
      await recordUpload(upload, result, { pool, log });
    });
  };
