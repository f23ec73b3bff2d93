import type { IncomingMessage } from "node:http";
import type { BodyBytes } from "./byte_budget.ts";
import { WebhookRefusal } from "./refusal.ts";

/** Meta's own limit is 3 MB. */
export const LARGEST_BODY = 3 * 1024 * 1024;

/**
 * The bytes of a request as they came: what the signature is about.
 * @throws WebhookRefusal as soon as they are too many, and when they break off
 */
export async function readRawBody(request: IncomingMessage, bytes: BodyBytes): Promise<Buffer> {
  const announced = Number(request.headers["content-length"] ?? 0);
  if (announced > LARGEST_BODY) throw tooLarge();
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of request) {
      size += chunk.length;
      if (size > LARGEST_BODY) throw tooLarge();
      if (!bytes.take(chunk.length)) throw new WebhookRefusal(503, "PYUNA", "too much is under way");
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof WebhookRefusal) throw error;
    throw new WebhookRefusal(400, "PYREQ", "the body broke off");
  }
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, size);
}

function tooLarge(): WebhookRefusal {
  return new WebhookRefusal(413, "PYBIG", "the body is larger than 3 MB");
}
