import type { Request, RequestHandler } from "express";
import type pg from "pg";
import { z } from "zod";
import { createByteBudget } from "../../base/byte_budget.ts";
import { ParleyError } from "../../base/errors.ts";
import { FairShare } from "../../base/fair_share.ts";
import { metrics } from "../../base/metrics.ts";
import { type AcceptedFile, acceptFile } from "../../media/accept_file.ts";
import { MEDIA_TYPES, type MediaType } from "../../media/file_types.ts";
import type { MediaFiles } from "../../media/media_files.ts";
import type { MediaAddresses } from "../../media/signed_address.ts";
import type { Spool, SpooledFile } from "../../media/spool.ts";
import { storeFile } from "../../media/store_file.ts";
import type { Authorize, Caller } from "../caller.ts";
import { paceOf } from "../pace.ts";
import { readQuery } from "../read_query.ts";
import { receivePart } from "../receive_part.ts";
import { type MediaLimits, timeFor } from "./limits.ts";

type UploadParts = {
  /** Connections as the owner. */
  pool: pg.Pool;
  media: MediaFiles;
  addresses: MediaAddresses;
  authorize: Authorize;
  limits: MediaLimits;
};

/** `?type=document&voice=true&filename=…` */
const Query = z.strictObject({
  type: z.enum(MEDIA_TYPES).optional(),
  voice: z.stringbool().default(false),
  filename: z.string().optional(),
});

/** A file with what the sender says of it. */
type Received = AsyncDisposable & { file: SpooledFile; name: string | undefined; declared: string };

/** A form adds some hundred bytes to its file. */
const FORM_BYTES = 16_384;

/** `POST /media`: receives a file as it is, or in a form, stores it, and answers with its row. */
export function createUpload({ pool, media, addresses, authorize, limits }: UploadParts): RequestHandler {
  const refusal = "Too many files are being uploaded: try again shortly";
  const places = new FairShare({ ...limits.uploads, refusal });
  const budget = createByteBudget(limits.uploadBytes, limits.uploadBytesOfTenant);

  return async (request, response) => {
    const uploader = await authorize(request);
    const wishes = readQuery(Query, request);
    const { tenantId, credentialId } = uploader;
    await places.run([tenantId, credentialId], async () => {
      const size = announcedSize(request, await sizeLimit(uploader, wishes.type ?? null), wishes.type);
      const bytes = budget.open(tenantId);
      if (!bytes.take(size.limit)) throw new ParleyError("PYUNA", refusal);
      try {
        await using received = await receive(media.spool, request, size, limits);
        const { file, declared: mimeType, name } = received;
        const { type, voice: isVoice, filename = name } = wishes;
        const accepted = await acceptFile(file.path, { mimeType, filename, type, isVoice });
        const { size: stored } = file;
        const id = await store(pool, media, uploader, file, accepted);
        metrics.mediaBytes.inc({ direction: "uploaded" }, stored);
        const { sizeLimit: _, ...facts } = accepted;
        const url = addresses.sign({ mediaId: id, isDownload: false });
        response
          .status(201)
          .set("cache-control", "no-store")
          .json({ id, state: "stored", ...facts, size: stored, url });
      } finally {
        bytes.release();
      }
    });
  };
}

/**
 * The size of the largest file that the caller may upload as this type of message, in bytes; null: as any type. Checks the
 * caller's rights, also when an upload has taken long.
 * @throws ParleyError PYDEN
 */
function sizeLimit(uploader: Caller, type: MediaType | null): Promise<number> {
  return uploader.inTransaction(async (client) => {
    const { rows } = await client.query<{ bytes: number | null }>(
      `select app_hidden.require_scope('send'), (
         select max(l.max_size) from app_public.media_limits l
         where $1::text is null or l.message_type::text = $1
       ) as bytes`,
      [type],
    );
    return rows[0]?.bytes ?? 0;
  });
}

type Size = {
  /** How many bytes the file may have. */
  limit: number;
  type: MediaType | undefined;
};

/** @throws ParleyError PYBIG when the body is announced to be larger than the limit */
function announcedSize({ headers }: Request, limit: number, type: MediaType | undefined): Size {
  const announced = Number(headers["content-length"] ?? limit);
  if (announced > limit + FORM_BYTES) throw tooLarge(limit, type);
  return { limit: Math.min(announced, limit), type };
}

async function receive(
  spool: Spool,
  request: Request,
  { limit, type }: Size,
  limits: MediaLimits,
): Promise<Received> {
  const pace = paceOf(request.socket, limits.pace);
  const ends = { maxBytes: limit, timeoutMs: timeFor(limit, limits), signal: pace.signal };
  try {
    return await receivePart(
      request,
      async ({ stream, name, declared }) => {
        const file = await spool.write(stream, ends).catch((error: unknown) => {
          throw error instanceof ParleyError && error.code === "PYBIG" ? tooLarge(limit, type) : error;
        });
        return { file, name, declared, [Symbol.asyncDispose]: () => file[Symbol.asyncDispose]() };
      },
      pace.signal,
    );
  } finally {
    pace.stop();
  }
}

/** @returns the id of the row */
async function store(
  pool: pg.Pool,
  { storage }: MediaFiles,
  uploader: Caller,
  file: SpooledFile,
  accepted: AcceptedFile,
): Promise<string> {
  const { type, mimeType, filename, isVoice } = accepted;
  const { tenantId, userId } = uploader;
  const limit = Math.min(await sizeLimit(uploader, type), accepted.sizeLimit);
  if (file.size > limit) throw tooLarge(limit, type);
  let id: string | null = null;
  await storeFile(pool, storage, { tenantId, file, contentType: mimeType }, async (storageKey) => {
    const { rows } = await pool.query<{ id: string | null }>(
      "select app_private.add_uploaded_media($1, $2, $3, $4, $5, $6, $7, $8, $9) as id",
      [tenantId, userId, type, mimeType, filename, isVoice, file.sha256, file.size, storageKey],
    );
    id = rows[0]!.id;
    return id !== null;
  });
  return id!;
}

function tooLarge(limit: number, type: MediaType | undefined): ParleyError {
  const what = type === undefined ? "A file" : `A file of type ${type}`;
  return new ParleyError("PYBIG", `${what} may have at most ${limit} bytes`);
}
