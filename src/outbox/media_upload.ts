import type pg from "pg";
import type { Log } from "../base/log.ts";
import type { MediaStorage } from "../media/storage.ts";
import { MissingFile, StorageError } from "../media/storage_error.ts";
import type { ChannelRef, OutboundChannels } from "./outbound_channels.ts";
import { outboundFile } from "./stored_file.ts";
import { GONE, missingResult, type UploadResult, unreadableResult, uploadResult } from "./upload_result.ts";
import { withAccess } from "./with_access.ts";

/** A row of app_private.claim_media_upload(): a file that messages of a channel wait for. */
export type MediaUpload = {
  id: string;
  media_id: string;
  /** Including this one. */
  attempts: number;
  filename: string | null;
  mime_type: string | null;
} & (
  | { storage_key: string; size: number }
  /** The file is not stored any more. */
  | { storage_key: null; size: null }
);

export type UploadTools = {
  pool: pg.Pool;
  channels: OutboundChannels;
  storage: Pick<MediaStorage, "open">;
  log: Log;
  /** The worker stops: uploads are left to another one. */
  signal: AbortSignal;
};

/** Hands a file over to the provider of a channel. */
export async function attemptUpload(
  channel: ChannelRef,
  upload: MediaUpload,
  { channels, storage, log, signal }: UploadTools,
): Promise<UploadResult> {
  if (upload.storage_key === null) return GONE;
  const { media } = channels.adapterOf(channel.kind);
  if (media === undefined) throw new Error(`channels of the kind ${channel.kind} have no files`);
  const file = outboundFile(storage, upload);
  try {
    const outcome = await withAccess(channels, channel, (access) => media.upload(file, access, signal));
    return uploadResult(outcome, upload.attempts);
  } catch (error) {
    log.error({ mediaId: upload.media_id, err: error }, "failed to prepare a file for sending");
    if (error instanceof MissingFile) return missingResult(upload.attempts);
    if (error instanceof StorageError) return unreadableResult(upload.attempts);
    return uploadResult({ kind: "unavailable", reason: "prepare" }, upload.attempts);
  }
}

/**
 * Records the result of an attempt. What its messages do next is a transaction of its own: see the comment on
 * app_private.end_media_upload(). If the program ends in between, reconcile_media_uploads() makes up for it.
 */
export async function recordUpload(
  channel: ChannelRef,
  { id, media_id: mediaId }: MediaUpload,
  result: UploadResult,
  { pool, log }: UploadTools,
): Promise<void> {
  const end = async (providerMediaId?: string, keptForMs?: number) => {
    const { rows } = await pool.query(
      "select app_private.end_media_upload($1, $2, $3 * interval '1 millisecond') as has_ended",
      [id, providerMediaId, keptForMs],
    );
    return rows[0].has_ended;
  };
  const release = () => pool.query("select app_private.release_media_lanes($1, $2)", [channel.id, mediaId]);
  switch (result.kind) {
    case "uploaded":
      if (await end(result.providerMediaId, result.keptForMs)) await release();
      return;
    case "failed":
      if (await end())
        await pool.query("select app_private.fail_media_messages($1, $2, $3, $4)", [
          channel.id,
          mediaId,
          result.code,
          result.error,
        ]);
      return;
    case "postponed":
      log.warn(
        { channelId: channel.id, mediaId, reason: result.reason },
        "failed to upload a file; it will be tried again",
      );
      await pool.query("select app_private.postpone_media_upload($1, $2 * interval '1 millisecond')", [
        id,
        result.forMs,
      ]);
      return;
    case "stopped":
      log.error({ channelId: channel.id, reason: result.reason }, "channel stopped: the provider refuses it");
      await pool.query("select app_private.stop_channel($1, $2)", [channel.id, result.reason]);
      // It is due when the channel is active again.
      await pool.query("select app_private.postpone_media_upload($1, '0')", [id]);
      return;
    default:
      result satisfies never;
  }
}
