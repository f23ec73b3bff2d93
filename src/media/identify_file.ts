import { open } from "node:fs/promises";
import { FileTypeParser } from "file-type";
import { extensionOf, FILE_TYPES, type FileType, MP4_AUDIO, OLD_OFFICE, OPUS, TEXT } from "./file_types.ts";

/** What is known of a file besides its bytes: a MIME type without parameters, and a name; empty if there is none. */
type Hints = { declared: string; name: string };

/** How many bytes {@link identifyPrefix} can use. */
export const PREFIX_BYTES = 16_384;
const PARSE_TIMEOUT_MS = 5_000;
const MOST_BUFFERED_BYTES = 1_000_000;

/**
 * The type of a file, by its content; null if it is not one of {@link FILE_TYPES}. The hints only choose between types
 * with the same content, such as sound and video in MP4.
 */
export async function identifyFile(path: string, hints: Hints): Promise<FileType | null> {
  const parser = new FileTypeParser({
    signal: AbortSignal.timeout(PARSE_TIMEOUT_MS),
    maxBufferSize: MOST_BUFFERED_BYTES,
  });
  // A damaged file is of no type.
  const found = await parser.fromFile(path).catch(() => undefined);
  return typeOf(found?.mime, await readPrefix(path), hints);
}

/** As {@link identifyFile}, from the first bytes only: enough for what browsers show or play. */
export async function identifyPrefix(bytes: Uint8Array, hints: Hints): Promise<FileType | null> {
  const parser = new FileTypeParser({ maxBufferSize: MOST_BUFFERED_BYTES });
  const found = await parser.fromBuffer(bytes).catch(() => undefined);
  return typeOf(found?.mime, Buffer.from(bytes), hints);
}

function typeOf(found: string | undefined, prefix: Buffer, { declared, name }: Hints): FileType | null {
  if (found === undefined || TEXTUAL.test(found)) return isText(prefix) ? TEXT : null;
  const mimeType = SAME[found] ?? found;
  if (mimeType === "application/x-cfb") return oldOffice(declared, name);
  if (mimeType === OPUS.mimeType && !isMono(prefix)) return named("audio/ogg");
  if (mimeType === "video/mp4" && declared.startsWith("audio/")) return MP4_AUDIO;
  return named(mimeType);
}

/** Formats of text that have a recognisable beginning. */
const TEXTUAL = /^text\//;

/** Names of file-type for what is the same to those who send and show it. */
const SAME: Readonly<Record<string, string>> = {
  "audio/x-m4a": "audio/mp4",
  "video/x-m4v": "video/mp4",
  "image/apng": "image/png",
  "image/heif": "image/heic",
};

function named(mimeType: string): FileType | null {
  return FILE_TYPES.find((type) => type.mimeType === mimeType) ?? null;
}

/** The container also holds installers and mails: the sender has to say that it is a document. */
function oldOffice(declared: string, name: string): FileType | null {
  return (
    OLD_OFFICE.find(({ extensions }) => extensions.includes(extensionOf(name))) ??
    OLD_OFFICE.find(({ mimeType }) => mimeType === declared) ??
    null
  );
}

/** Voice notes have one channel only. A file of Opus begins with one page that holds its header, RFC 7845. */
function isMono(prefix: Buffer): boolean {
  const at = prefix.indexOf("OpusHead");
  return at !== -1 && prefix[at + 9] === 1;
}

/** Whether a WebP picture moves: a flag of its extended header. */
export function isAnimated(prefix: Uint8Array): boolean {
  const bytes = Buffer.from(prefix);
  return bytes.toString("latin1", 12, 16) === "VP8X" && (bytes[20]! & 2) !== 0;
}

/**
 * Text in any encoding based on ASCII, or in UTF-16 with a byte order mark. Not if it begins like HTML, SVG or XML
 * (`<`) or a script (`#!`).
 */
function isText(prefix: Buffer): boolean {
  const encoding = prefix[0] === 0xff && prefix[1] === 0xfe ? "utf-16le" : "latin1";
  const text = new TextDecoder(encoding).decode(prefix);
  return text.trim() !== "" && !CONTROL.test(text) && !MARKUP.test(text);
}

/** What no text has; tabs, line ends and form feeds are fine. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it looks for
const CONTROL = /[\0-\x08\x0e-\x1a\x1c-\x1f\x7f]/;
const MARKUP = /^(?:\xef\xbb\xbf|\ufeff)?\s*(?:<|#!)/;

async function readPrefix(path: string): Promise<Buffer> {
  const file = await open(path, "r");
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(PREFIX_BYTES), 0, PREFIX_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
