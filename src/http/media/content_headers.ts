import { create } from "content-disposition";
import { cleanFilename } from "../../media/clean_filename.ts";
import { defaultName } from "../../media/file_types.ts";
import type { ServedType } from "../../media/served_type.ts";

type Content = ServedType & { filename: string | null; type: string; sha256: Buffer; isDownload: boolean };

/**
 * The headers of a file. Browsers show only what runs nothing, save everything else, and if they show it, then with no
 * rights: no scripts, no requests, no origin.
 */
export function contentHeaders(content: Content): Record<string, string> {
  const { contentType, isShown, filename, type, isDownload } = content;
  const name = cleanFilename(filename ?? "") || defaultName(type, contentType);
  return {
    "content-type": contentType,
    "content-disposition": create(name, { type: isShown && !isDownload ? "inline" : "attachment" }),
    "content-security-policy":
      "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox",
    // The address is the right to read the file, on any page.
    "cross-origin-resource-policy": "cross-origin",
    "accept-ranges": "bytes",
    etag: etagOf(content),
    // Not longer than the address is valid. An id never stands for another file.
    "cache-control": "private, max-age=600, no-transform",
  };
}

/** Equal files have equal tags. */
function etagOf({ sha256 }: { sha256: Buffer }): string {
  return `"${sha256.toString("base64url")}"`;
}
