import type { IncomingMessage } from "node:http";
import type { Bytes } from "../base/byte_budget.ts";
import { WebhookRefusal } from "../channels/webhook_refusal.ts";

/** The limit of a body: providers send no larger ones (the Cloud API: 3 MB). */
export const LARGEST_BODY = 3 * 1024 * 1024;

/**
 * Reads the raw bytes of a request, which the signature is computed from.
 * @throws WebhookRefusal as soon as the body is too large, and when the request is aborted
 */
export function readRawBody(request: IncomingMessage, bytes: Bytes): Promise<Buffer> {
  const announced = Number(request.headers["content-length"] ?? 0);
  if (announced > LARGEST_BODY) return Promise.reject(tooLarge());
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const chunks: Buffer[] = [];
  let size = 0;
  let isWhole = false;
  function take(chunk: Buffer): void {
    size += chunk.length;
    if (size > LARGEST_BODY) refuse(tooLarge());
    else if (!bytes.take(chunk.length)) refuse(new WebhookRefusal(503, "PYUNA", "too much is under way"));
    else chunks.push(chunk);
  }
  function refuse(refusal: WebhookRefusal): void {
    request.off("data", take).pause();
    reject(refusal);
  }
  // "close" follows every request. Creating an error each time, which no one receives, would be a tenth of all the work.
  function breakOff(): void {
    if (!isWhole) reject(new WebhookRefusal(400, "PYREQ", "the body broke off"));
  }
  function end(): void {
    isWhole = true;
    resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, size));
  }
  // Events, not an iterator, which costs a small body as much.
  request.on("data", take);
  request.once("end", end);
  request.once("error", breakOff);
  request.once("close", breakOff);
  return promise;
}

function tooLarge(): WebhookRefusal {
  return new WebhookRefusal(413, "PYBIG", "the body is larger than 3 MB");
}
