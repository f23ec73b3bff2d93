import type pg from "pg";
import type { Log } from "../base/log.ts";
import type { MediaStorage } from "../media/storage.ts";
import { MissingFile, StorageError } from "../media/storage_error.ts";
import type { OutboundChannels } from "./outbound_channels.ts";
import { GONE, type UploadResult, unreadableResult, uploadResult } from "./upload_result.ts";
import { withAccess } from "./with_access.ts";

/** A file that messages of a channel wait for. */
type MediaUpload = {
  id: string;
  tenantId: string;
  channelId: string;
  channelKind: string;
  mediaId: string;
  /** How many have failed. */
  attempts: number;
  /** Whether the channel sends messages at present. */
  isActive: boolean;
  isOverdue: boolean;
  /** Null if the file is not stored any more. */
  file: { storageKey: string; mimeType: string; filename: string | null; size: number } | null;
};

/** Loads an upload; null if it has ended. */
export async function loadUpload(pool: pg.Pool, uploadId: string): Promise<MediaUpload | null> {
  const { rows } = await pool.query(
    `select u.*, ch.kind, ch.status = 'active' and t.status = 'active' as is_active,
       u.created_at < now() - interval '1 hour' as is_overdue,
       f.storage_key, f.size, m.mime_type, m.filename
     from app_private.media_uploads u
     join app_public.channels ch on ch.id = u.channel_id
     join app_public.tenants t on t.id = u.tenant_id
     left join app_public.media m on m.id = u.media_id
     left join app_private.media_files f on f.tenant_id = m.tenant_id and f.sha256 = m.sha256
     where u.id = $1`,
    [uploadId],
  );
  const row = rows[0];
  if (row === undefined) return null;
  return {
    id: row.id,
    tenantId: row.tenant_id,
    channelId: row.channel_id,
    channelKind: row.kind,
    mediaId: row.media_id,
    attempts: row.attempts,
    isActive: row.is_active,
    isOverdue: row.is_overdue,
    file: row.storage_key && {
      storageKey: row.storage_key,
      mimeType: row.mime_type ?? "application/octet-stream",
      filename: row.filename,
      size: row.size,
    },
  };
}

type UploadTools = { channels: OutboundChannels; storage: Pick<MediaStorage, "open">; log: Log };

/** Hands a file over to the provider. */
export async function attemptUpload(
  upload: MediaUpload,
  { channels, storage, log }: UploadTools,
): Promise<UploadResult> {
  const { channelKind, channelId, file } = upload;
  if (!upload.isActive) return { kind: "suspended" };
  if (file === null) return GONE;
  const { media } = channels.adapterOf(channelKind);
  if (media === undefined) throw new Error(`channels of the kind ${channelKind} have no files`);
  const open = async () => (await storage.open(file.storageKey)).stream;
  try {
    const outcome = await withAccess(channels, { kind: channelKind, id: channelId }, (access) =>
      media.upload({ ...file, open }, access),
    );
    return uploadResult(outcome, upload);
  } catch (error) {
    if (error instanceof MissingFile) return GONE;
    log.error({ mediaId: upload.mediaId, err: error }, "failed to prepare a file for sending");
    if (error instanceof StorageError) return unreadableResult(upload);
    return uploadResult({ kind: "unavailable", reason: "prepare" }, upload);
  }
}

/**
 * Records the result of an attempt. What its messages do next is a transaction of its own: see the comment on
 * app_private.end_media_upload(). If the program ends in between, reconcile_media_uploads() makes up for it.
 */
export async function recordUpload(
  { id, channelId, mediaId }: MediaUpload,
  result: UploadResult,
  { pool, log }: { pool: pg.Pool; log: Log },
): Promise<void> {
  const end = async (providerMediaId?: string, keptForMs?: number) => {
    const { rows } = await pool.query(
      "select app_private.end_media_upload($1, $2, $3 * interval '1 millisecond') as has_ended",
      [id, providerMediaId, keptForMs],
    );
    return rows[0].has_ended;
  };
  const release = () => pool.query("select app_private.release_media_lanes($1, $2)", [channelId, mediaId]);
  switch (result.kind) {
    case "uploaded":
      if (await end(result.providerMediaId, result.keptForMs)) await release();
      return;
    case "failed":
      if (await end())
        await pool.query("select app_private.fail_media_messages($1, $2, $3, $4)", [
          channelId,
          mediaId,
          result.code,
          result.error,
        ]);
      return;
    case "postponed":
      log.warn(
        { channelId, mediaId, reason: result.reason },
        "failed to upload a file; it will be tried again",
      );
      await pool.query("select app_private.postpone_media_upload($1, $2 * interval '1 millisecond')", [
        id,
        result.forMs,
      ]);
      return;
    case "stopped":
      log.error({ channelId, reason: result.reason }, "channel stopped: the provider refuses it");
      await pool.query("select app_private.stop_channel($1, $2)", [channelId, result.reason]);
      if (await end()) await release();
      return;
    case "suspended":
      if (await end()) await release();
      return;
    default:
      result satisfies never;
  }
}
