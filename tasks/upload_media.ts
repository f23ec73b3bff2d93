import type { Task } from "../src/jobs/tasks.ts";
import {
  attemptUpload,
  type MediaUpload,
  recordUpload,
  type UploadTools,
} from "../src/outbox/media_upload.ts";
import type { ChannelRef } from "../src/outbox/outbound_channels.ts";
import type { WorkerContext } from "../src/process/worker_context.ts";

type Tools = UploadTools & Pick<WorkerContext, "sender">;

/** How many files of a channel are uploaded at once. */
const AT_ONCE = 2;

/** Hands the files that messages of a channel wait for over to the provider, and releases the messages. */
export default ({
  media: { storage },
  slots,
  ...context
}: Pick<WorkerContext, "pool" | "channels" | "media" | "sender" | "slots" | "log">): Task<"upload_media"> =>
  async ({ channelId }, helpers) => {
    const tools: Tools = { ...context, storage, signal: helpers.abortSignal };
    const { rows } = await tools.pool.query("select tenant_id, kind from app_public.channels where id = $1", [
      channelId,
    ]);
    if (rows.length === 0) return;
    const channel = { kind: rows[0].kind, id: channelId };
    // Before it waits for a slot: the job that follows then has another id.
    await tools.pool.query("select app_private.return_media_uploads($1, $2)", [channelId, helpers.job.id]);
    await slots.run("upload_media", rows[0].tenant_id, helpers, async () => {
      const uploads = Array.from({ length: AT_ONCE }, () => uploadDue(channel, helpers.job.id, tools));
      const failed = (await Promise.allSettled(uploads)).find(({ status }) => status === "rejected");
      if (failed?.status === "rejected") throw failed.reason;
    });
  };

/** Uploads one file after the other until none is due. */
async function uploadDue(channel: ChannelRef, jobId: string, tools: Tools): Promise<void> {
  while (!tools.signal.aborted) {
    const { rows } = await tools.pool.query<MediaUpload>(
      "select * from app_private.claim_media_upload($1, $2)",
      [channel.id, jobId],
    );
    const [upload] = rows;
    if (upload === undefined) return;
    const result = await attemptUpload(channel, upload, tools);
    await recordUpload(channel, upload, result, tools);
    // Not awaited: the sender may have more to do than to send the messages of this file.
    tools.sender.drain().catch((err: unknown) => tools.log.warn({ err }, "outbox drain failed; will retry"));
  }
}
