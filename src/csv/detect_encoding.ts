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
    if (chunk.includes(0))
      throw unreadable(
        "The file contains NUL: it is not a text. If it is UTF-16, set `encoding` to utf-16le or utf-16be",
      );
    isUtf8 &&= isValid(utf8, chunk);
    if (!isUtf8) hasTurkishBytes ||= chunk.some((byte) => TURKISH_BYTES.has(byte));
  }
  if (isStart) throw unreadable("The file is empty");
  return isUtf8 && isValid(utf8) ? "utf-8" : codePageOf(country, hasTurkishBytes);
}

function unicodeOf(start: Buffer): string | undefined {
  if (start.subarray(0, 3).equals(UTF8_MARK)) return "utf-8";
  if (start[0] === 0xff && start[1] === 0xfe) return "utf-16le";
  if (start[0] === 0xfe && start[1] === 0xff) return "utf-16be";
  return start.includes(0) ? unmarkedUtf16(start) : undefined;
}

/**
 * UTF-16 has a NUL beside each ASCII character, whatever alphabet the names are in: beside delimiters, line ends and digits.
 * In the other byte order, most of these are no ASCII characters.
 */
function unmarkedUtf16(start: Buffer): string | undefined {
  const [little, big] = [asciiCount(start, "utf-16le"), asciiCount(start, "utf-16be")];
  if (little === big) return undefined;
  return little > big ? "utf-16le" : "utf-16be";
}

/** 0 if the bytes are not lines of text in this encoding. */
function asciiCount(start: Buffer, encoding: string): number {
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(start, { stream: true });
    return /[\r\n]/.test(text) && !text.includes("\0") ? text.match(/[\t\r\n -~]/g)!.length : 0;
  } catch {
    return 0;
  }
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
