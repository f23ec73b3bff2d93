import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Request, RequestHandler, Response } from "express";
import type pg from "pg";
import { httpStatusOf, ParleyError } from "../../base/errors.ts";
import { FairShare } from "../../base/fair_share.ts";
import { metrics } from "../../base/metrics.ts";
import { remember } from "../../base/remember.ts";
import type { MediaFiles } from "../../media/media_files.ts";
import { type ServedType, servedType, shownType } from "../../media/served_type.ts";
import type { MediaAccess, MediaAddresses } from "../../media/signed_address.ts";
import type { MediaStorage } from "../../media/storage.ts";
import { MissingFile } from "../../media/storage_error.ts";
import { logOf } from "../request_log.ts";
import { isKnown, rangeOf, UnsatisfiableRange } from "./conditions.ts";
import { contentHeaders } from "./content_headers.ts";
import { type MediaLimits, timeFor } from "./limits.ts";

type DownloadParts = {
  /** Connections as the owner. */
  pool: pg.Pool;
  media: MediaFiles;
  addresses: MediaAddresses;
  limits: MediaLimits;
};

/** A media row with its file. */
type MediaRow = {
  tenant_id: string;
  type: string;
  state: string;
  error_code: string | null;
  mime_type: string | null;
  filename: string | null;
};
type StoredMedia = MediaRow & { sha256: Buffer; size: number; storage_key: string };

/** `GET` and `HEAD /media/:id?expires=…&signature=…`: the file, or a part of it. */
export function createDownload({
  pool,
  media: { storage },
  addresses,
  limits,
}: DownloadParts): RequestHandler {
  const refusal = "Too many files are being read: try again shortly";
  const places = new FairShare({ ...limits.downloads, refusal });
  // Whose file it is, is not known before; the webhooks use these connections, too.
  const lookUps = new FairShare({ ...limits.lookUps, refusal });
  // What a key stands for never changes.
  const types = remember<string>(60 * 60_000);

  return async (request, response) => {
    const access = addresses.verify(String(request.params.id), request.query);
    if (!access) throw new ParleyError("PYLNK", "The address is wrong or has expired: query `url` again");
    const row = await lookUps.run([access.mediaId], () => findMedia(pool, access.mediaId));
    if (!isStored(row)) {
      const { state, error_code: errorCode } = row;
      const message = `The file is not stored: it is ${state}`;
      const code = state === "gone" ? "PYGON" : "PYFIL";
      response.status(httpStatusOf(code)).json({ error: { code, message, state, errorCode } });
      return;
    }
    await places.run([row.tenant_id], async () => {
      try {
        const { storage_key: key, size } = row;
        const shown = await types(key, () => shownType(storage, key, size));
        const content = { ...row, ...servedType(shown, row.mime_type), ...access };
        await answer(request, response, storage, content, limits);
      } catch (error) {
        refuse(response, error, access);
      }
    });
  };
}

async function findMedia(pool: pg.Pool, mediaId: string): Promise<MediaRow | StoredMedia> {
  const { rows } = await pool.query<MediaRow>({
    name: "find_media",
    text: `select m.tenant_id, m.type, m.state, m.error_code, m.mime_type, m.filename, m.sha256, f.size, f.storage_key
           from app_public.media m
           left join app_private.media_files f on f.tenant_id = m.tenant_id and f.sha256 = m.sha256
           where m.id = $1`,
    values: [mediaId],
  });
  if (!rows[0]) throw new ParleyError("PYNFD", "The file does not exist any more");
  return rows[0];
}

function isStored(row: MediaRow | StoredMedia): row is StoredMedia {
  return row.state === "stored";
}

async function answer(
  request: Request,
  response: Response,
  storage: MediaStorage,
  content: StoredMedia & ServedType & MediaAccess,
  limits: MediaLimits,
): Promise<void> {
  const headers = contentHeaders(content);
  const { storage_key: key, size } = content;
  if (isKnown(request, headers.etag!)) {
    response.status(304).set(headers).end();
    return;
  }
  const range = rangeOf(request, size, headers.etag!);
  const length = range ? range.end - range.start + 1 : size;
  const begin = () => {
    response.status(range ? 206 : 200).set({ ...headers, "content-length": String(length) });
    if (range) response.set("content-range", `bytes ${range.start}-${range.end}/${size}`);
  };
  if (request.method === "HEAD") {
    begin();
    response.end();
    return;
  }
  // First the file: if it is missing, there is another answer.
  const { stream } = await storage.open(key, range);
  begin();
  await send(stream, response, length, limits);
  metrics.mediaBytes.inc({ direction: "served" }, length);
}

/** Sends at the reader's pace, as long as it has one. Ends quietly when the reader has gone. */
async function send(
  stream: Readable,
  response: Response,
  length: number,
  limits: MediaLimits,
): Promise<void> {
  response.setTimeout(limits.stalledMs, () => response.destroy());
  const deadline = AbortSignal.timeout(timeFor(length, limits));
  try {
    await pipeline(stream, response, { signal: deadline });
  } catch (error) {
    if (!response.closed && !response.destroyed) throw error;
    if (stream.errored && stream.errored !== error) throw stream.errored;
  }
}

function refuse(response: Response, error: unknown, { mediaId }: MediaAccess): void {
  if (error instanceof UnsatisfiableRange) {
    const { code, message, size } = error;
    response.status(416).set("content-range", `bytes */${size}`).json({ error: { code, message } });
    return;
  }
  if (!(error instanceof MissingFile)) throw error;
  logOf(response)?.error({ mediaId }, error.message);
  throw new ParleyError("PYSTO", error.message, { cause: error });
}
