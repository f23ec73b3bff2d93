import { GraphError } from "../graph_error.ts";

const MB = 1024 * 1024;

/** Media types and their largest size in bytes; of any other type a document may be. */
const LIMITS: Record<string, number> = {
  "audio/aac": 16 * MB,
  "audio/amr": 16 * MB,
  "audio/mpeg": 16 * MB,
  "audio/mp4": 16 * MB,
  "audio/ogg": 16 * MB,
  "image/jpeg": 5 * MB,
  "image/png": 5 * MB,
  "image/webp": 0.5 * MB,
  "video/mp4": 16 * MB,
  "video/3gpp": 16 * MB,
};

/** Meta's limit for documents. */
export const MAX_MEDIA_BYTES = 100 * MB;

/** Throws 131053 for a type Meta does not take, or a file over the limit of its type. */
export function checkMedia(contentType: string, size: number): void {
  const mimeType = contentType.split(";")[0]?.trim().toLowerCase() ?? "";
  const isDocument = /^(application|text)\//.test(mimeType);
  const limit = LIMITS[mimeType] ?? (isDocument ? MAX_MEDIA_BYTES : undefined);
  if (limit === undefined) {
    throw new GraphError(131053, { details: `Param file must be of a supported type, not '${mimeType}'` });
  }
  if (size > limit) throw new GraphError(131053, { details: `The file is larger than ${limit} bytes` });
}
