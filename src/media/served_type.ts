import { buffer } from "node:stream/consumers";
import { FILE_TYPES } from "./file_types.ts";
import { identifyPrefix, PREFIX_BYTES } from "./identify_file.ts";
import type { MediaStorage } from "./storage.ts";

/** How a file is sent to browsers. */
export type ServedType = {
  contentType: string;
  /** Browsers may show or play it, because they run nothing in it. */
  isShown: boolean;
};

/**
 * The type of a stored file that browsers may show or play, by its content; empty if they may only save it. What the
 * sender of a message says of its file is not trusted: it could be a page with scripts that is called a picture.
 */
export async function shownType(
  storage: Pick<MediaStorage, "open">,
  storageKey: string,
  size: number,
): Promise<string> {
  if (size === 0) return "";
  const { stream } = await storage.open(storageKey, { start: 0, end: Math.min(size, PREFIX_BYTES) - 1 });
  const found = await identifyPrefix(await buffer(stream), NO_HINTS);
  return found?.isShown ? found.mimeType : "";
}

const NO_HINTS = { declared: "", name: "" };

/** @param claimed the MIME type in the media row: for files that are only saved, if it is a harmless one */
export function servedType(shown: string, claimed: string | null): ServedType {
  if (shown !== "") return { contentType: shown, isShown: true };
  const isHarmless = FILE_TYPES.some(({ mimeType, isShown }) => mimeType === claimed && !isShown);
  return { contentType: isHarmless ? claimed! : "application/octet-stream", isShown: false };
}
