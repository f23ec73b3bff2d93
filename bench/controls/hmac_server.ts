import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

type Then = (body: Buffer) => void;

/**
 * Bare `node:http`: reads the body, checks its signature, answers 200, and does `then`. The measure of everything that
 * takes webhooks. On 127.0.0.1, any port, which it returns.
 */
export function serveHmac(appSecret: string, then: Then): Promise<number> {
  const server = createServer(async (request, response) => {
    const body = await readAll(request);
    const expected = `sha256=${createHmac("sha256", appSecret).update(body).digest("hex")}`;
    const given = Buffer.from(String(request.headers["x-hub-signature-256"]));
    const isRight = given.length === expected.length && timingSafeEqual(given, Buffer.from(expected));
    response.statusCode = isRight ? 200 : 401;
    response.end();
    if (isRight) then(body);
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", 1024, () => resolve((server.address() as AddressInfo).port));
  });
}

async function readAll(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
}
