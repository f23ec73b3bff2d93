import type { IncomingMessage } from "node:http";
import { isDeeperThan, isJsonObject, type JsonObject } from "./json.ts";

/** Deeper than anything WhatsApp knows. */
const MAX_DEPTH = 32;

/** The body was refused: `status` is 400, or 413 when it is too large. */
export class BodyError extends Error {
  readonly status: 400 | 413;

  constructor(status: 400 | 413, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = "BodyError";
    this.status = status;
  }
}

/** Reads a whole body of at most `limit` bytes. What is over the limit is not kept. */
async function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  requireLength(request, limit);
  return await new Promise<Buffer>((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > limit) reject(tooLarge(limit));
      else chunks.push(chunk);
    });
    request.once("end", () => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)));
    request.once("error", (error) => reject(new BodyError(400, "The body broke off", error)));
    request.once("close", () => {
      if (!request.complete) reject(new BodyError(400, "The body broke off"));
    });
  });
}

/** Throws when the request announces more than `limit` bytes. */
export function requireLength(request: IncomingMessage, limit: number): void {
  if (Number(request.headers["content-length"] ?? 0) > limit) throw tooLarge(limit);
}

export function tooLarge(limit: number): BodyError {
  return new BodyError(413, `The body is larger than ${limit} bytes`);
}

/** Reads a JSON object. An empty body is an empty object. */
export async function readJson(request: IncomingMessage, limit: number): Promise<JsonObject> {
  const bytes = await readBody(request, limit);
  if (bytes.length === 0) return {};
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString("utf8"));
  } catch (error) {
    throw new BodyError(400, "The body is not JSON", error);
  }
  if (!isJsonObject(value)) throw new BodyError(400, "The body is not a JSON object");
  if (isDeeperThan(value, MAX_DEPTH))
    throw new BodyError(400, `The body nests deeper than ${MAX_DEPTH} levels`);
  return value;
}
