import type { Medium } from "./media_store.ts";

export const MEDIA_KINDS = ["image", "video", "audio", "document", "sticker"] as const;
/** The Graph API's type of a message that is a file. */
export type MediaKind = (typeof MEDIA_KINDS)[number];

export function isMediaKind(type: string): type is MediaKind {
  return MEDIA_KINDS.some((kind) => kind === type);
}

const MB = 1024 * 1024;

interface KindLimits {
  /** In bytes. */
  maxBytes: number;
  /** What a business may send as this kind. */
  mimeTypes: readonly string[];
}

/** Meta's limits. */
export const KIND_LIMITS: Record<MediaKind, KindLimits> = {
  image: { maxBytes: 5 * MB, mimeTypes: ["image/jpeg", "image/png"] },
  video: { maxBytes: 16 * MB, mimeTypes: ["video/mp4", "video/3gpp"] },
  audio: {
    maxBytes: 16 * MB,
    mimeTypes: ["audio/aac", "audio/mp4", "audio/mpeg", "audio/amr", "audio/ogg", "audio/opus"],
  },
  sticker: { maxBytes: 0.5 * MB, mimeTypes: ["image/webp"] },
  document: {
    maxBytes: 100 * MB,
    mimeTypes: [
      "application/vnd.ms-powerpoint",
      "application/msword",
      "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
      "application/vnd.openxmlformats-officedocument.presentationml.presentation",
      "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
      "application/pdf",
      "text/plain",
      "application/vnd.ms-excel",
    ],
  },
};

const STATIC_STICKER_BYTES = 100 * 1024;

/** The type without its parameters: `audio/ogg; codecs=opus` is `audio/ogg`. */
export function essenceOf(contentType: string): string {
  return contentType.split(";")[0]!.trim().toLowerCase();
}

/** The most bytes of an upload of this type; undefined when Meta does not accept the type. */
export function uploadLimit(contentType: string): number | undefined {
  const mimeType = essenceOf(contentType);
  const kind = MEDIA_KINDS.find((kind) => KIND_LIMITS[kind].mimeTypes.includes(mimeType));
  if (kind !== undefined) return KIND_LIMITS[kind].maxBytes;
  // Meta's list of documents is short, but others are generally accepted.
  const isDocument = /^(application|text)\//.test(mimeType) && mimeType !== "application/octet-stream";
  return isDocument ? KIND_LIMITS.document.maxBytes : undefined;
}

/** Why Meta cannot deliver an uploaded file as a message of this kind; undefined when it can. */
export function problemOf(kind: MediaKind, { mimeType, file }: Medium, isVoice: boolean): string | undefined {
  const { mimeTypes, maxBytes } = KIND_LIMITS[kind];
  const essence = essenceOf(mimeType);
  if (kind !== "document" && !mimeTypes.includes(essence)) return `Unsupported ${kind} mime type ${essence}`;
  if (isVoice && essence !== "audio/ogg") return "A voice message must be audio/ogg with the opus codec";
  const limit = kind === "sticker" && !isAnimatedWebp(file.head) ? STATIC_STICKER_BYTES : maxBytes;
  return file.size > limit ? `The ${kind} is larger than ${limit} bytes` : undefined;
}

/** By the flag in the header of the extended format; other WebP files are still pictures. */
export function isAnimatedWebp(head: Buffer): boolean {
  return head.toString("latin1", 8, 16) === "WEBPVP8X" && (head[20]! & 2) !== 0;
}
