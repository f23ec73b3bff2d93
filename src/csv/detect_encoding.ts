import { createReadStream } from "node:fs";
import { TextDecoder } from "node:util";
import { codePageOf, TURKISH_BYTES } from "./code_page.ts";
import { unreadable } from "./csv_error.ts";
import { refuseOtherFormats } from "./refuse_other_formats.ts";

/**
 * Finds out in which encoding a file is, by its byte order mark or by reading it to its end: a label for TextDecoder.
 *
 * @param country whose spreadsheets have written it if it is not Unicode (ISO 3166); null if that is not known
 * @throws ParleyError PYCSV when it is a file of another kind, is empty, or contains NUL
 */
export async function detectEncoding(path: string, country: string | null): Promise<string> {
  const utf8 = new TextDecoder("utf-8", { fatal: true });
  let isStart = true;
  let isUtf8 = true;
  let hasTurkishBytes = false;
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    if (isStart) {
      refuseOtherFormats(chunk);
      const known = unicodeOf(chunk);
      if (known) return known;
      isStart = false;
    }
    if (chunk.includes(0)) throw unreadable("The file contains NUL: it is not a text");
    isUtf8 &&= isValid(utf8, chunk);
    if (!isUtf8) hasTurkishBytes ||= chunk.some((byte) => TURKISH_BYTES.has(byte));
  }
  if (isStart) throw unreadable("The file is empty");
  return isUtf8 && isValid(utf8) ? "utf-8" : codePageOf(country, hasTurkishBytes);
}

/** UTF-16 without a byte order mark has NUL beside each Latin character. */
function unicodeOf(start: Buffer): string | undefined {
  if (start.subarray(0, 3).equals(UTF8_MARK)) return "utf-8";
  if (start[0] === 0xff && start[1] === 0xfe) return "utf-16le";
  if (start[0] === 0xfe && start[1] === 0xff) return "utf-16be";
  const nulsAt = (offset: number) =>
    start.subarray(0, 64).filter((byte, at) => at % 2 === offset && byte === 0).length;
  const half = Math.min(start.length, 64) / 2;
  if (nulsAt(1) > half * 0.7 && nulsAt(0) === 0) return "utf-16le";
  if (nulsAt(0) > half * 0.7 && nulsAt(1) === 0) return "utf-16be";
  return undefined;
}

const UTF8_MARK = Buffer.from("\ufeff");

function isValid(decoder: TextDecoder, chunk?: Buffer): boolean {
  try {
    decoder.decode(chunk, { stream: chunk !== undefined });
    return true;
  } catch {
    return false;
  }
}
