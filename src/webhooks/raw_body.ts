import type { IncomingMessage } from "node:http";
import { ParleyError } from "../errors.ts";

/** Meta's own limit is 3 MB. */
export const LARGEST_BODY = 3 * 1024 * 1024;

/** The bytes of a request as they came: what the signature is about. Throws PYBIG as soon as they are too many. */
export async function readRawBody(request: IncomingMessage): Promise<Buffer> {
  const announced = Number(request.headers["content-length"] ?? 0);
  if (announced > LARGEST_BODY) throw tooLarge();
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > LARGEST_BODY) throw tooLarge();
    chunks.push(chunk);
  }
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, size);
}

function tooLarge(): ParleyError {
  return new ParleyError("PYBIG", "the body is larger than 3 MB");
}
