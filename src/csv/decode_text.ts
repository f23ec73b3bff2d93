import { TextDecoder } from "node:util";
import { unreadable } from "./csv_error.ts";

/**
 * Decodes bytes, without a byte order mark.
 * @throws ParleyError PYCSV when a byte is not valid in the encoding, instead of replacing it, and for NUL
 */
export async function* decodeText(chunks: AsyncIterable<Buffer>, encoding: string): AsyncGenerator<string> {
  const decoder = openDecoder(encoding);
  const decode = (chunk?: Buffer) => {
    const text = decoded(decoder, chunk);
    if (text.includes("\0")) throw unreadable("The file contains NUL: it is not a text");
    return text;
  };
  for await (const chunk of chunks) yield decode(chunk);
  yield decode();
}

function openDecoder(encoding: string): TextDecoder {
  try {
    return new TextDecoder(encoding, { fatal: true });
  } catch {
    throw unreadable(`"${encoding}" is not a known encoding`);
  }
}

function decoded(decoder: TextDecoder, chunk: Buffer | undefined): string {
  try {
    return decoder.decode(chunk, { stream: chunk !== undefined });
  } catch {
    throw unreadable(`The file is not in the encoding ${decoder.encoding}`);
  }
}
