import type { Response } from "express";
import type { Medium } from "../media_store.ts";
import { essenceOf } from "../media_types.ts";

/** What a browser may show or play. Anything else is a download: markup and scripts of a stranger never run here. */
const SHOWN: ReadonlySet<string> = new Set([
  "image/jpeg",
  "image/png",
  "image/webp",
  "video/mp4",
  "video/3gpp",
  "audio/aac",
  "audio/amr",
  "audio/mp4",
  "audio/mpeg",
  "audio/ogg",
  "audio/opus",
  "audio/webm",
]);

/** Sends a file to the page, with ranges, so that audio and video can be played from any place. */
export function serveFile(response: Response, { file, filename, mimeType }: Medium): void {
  response.attachment(filename ?? "file");
  const isShown = SHOWN.has(essenceOf(mimeType));
  response.type(isShown ? essenceOf(mimeType) : "application/octet-stream");
  response.setHeader("content-security-policy", "default-src 'none'; sandbox");
  response.sendFile(file.path, { cacheControl: false, lastModified: false, acceptRanges: true }, (error) => {
    if (error) response.destroy();
  });
}
