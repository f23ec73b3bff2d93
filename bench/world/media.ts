import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type BusinessNumber, filesBody, phoneOf, signature } from "./bodies.ts";
import { Connection } from "./connection.ts";
import { takeJobs } from "./job.ts";

/** Meta with its media: takes uploads, gives files out, and passes messages on to `world/meta.ts`. */
export type MediaRequest =
  /** Begins to listen, and returns the port. */
  | { kind: "listen"; metaUrl: string }
  /** Customers send a file each, all at once; resolves when the webhooks are acknowledged. */
  | { kind: "send_files"; number: BusinessNumber; files: readonly CustomerFile[] }
  | { kind: "counts" };

export type CustomerFile = {
  customer: number;
  id: string;
  type: "image" | "document";
  mimeType: string;
  size: number;
};

export type MediaCounts = { uploads: number; uploadedBytes: number; downloads: number };

/** Connections to the receiver. */
const CONNECTIONS = 32;
const CHUNK = 65_536;

let metaOrigin = "";
const free: Connection[] = [];
const files = new Map<string, CustomerFile>();
const counts: MediaCounts = { uploads: 0, uploadedBytes: 0, downloads: 0 };

takeJobs(async (request: MediaRequest): Promise<unknown> => {
  switch (request.kind) {
    case "listen":
      return listen(request.metaUrl);
    case "send_files":
      return sendFiles(request.number, request.files);
    case "counts":
      return counts;
    default:
      return request satisfies never;
  }
});

async function listen(metaUrl: string): Promise<number> {
  metaOrigin = new URL(metaUrl).origin;
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = new URL(request.url ?? "", "http://meta").pathname;
  if (request.method === "GET") {
    const file = files.get(path.split("/").at(-1)!);
    if (file === undefined) return json(response, { error: { code: 100, error_subcode: 33 } }, 400);
    if (path.startsWith("/files/")) return give(file, response);
    return json(response, describe(file, `http://${request.headers.host}/files/${file.id}`));
  }
  if (path.endsWith("/media")) {
    for await (const chunk of request) counts.uploadedBytes += (chunk as Buffer).length;
    counts.uploads += 1;
    return json(response, { id: `uploaded${counts.uploads}` });
  }
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const connection = free.pop() ?? new Connection(metaOrigin);
  const reply = await connection.post(path, {}, Buffer.concat(chunks));
  free.push(connection);
  json(response, JSON.parse(reply.body.toString("utf8")));
}

function json(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

async function give(file: CustomerFile, response: ServerResponse): Promise<void> {
  counts.downloads += 1;
  response.writeHead(200, { "content-type": file.mimeType, "content-length": file.size });
  await pipeline(Readable.from(bytesOf(file), { objectMode: false }), response);
}

/** Different for each file. */
function* bytesOf({ id, size }: CustomerFile): Generator<Buffer> {
  const chunk = Buffer.alloc(CHUNK, id);
  for (let left = size; left > 0; left -= CHUNK) yield left < CHUNK ? chunk.subarray(0, left) : chunk;
}

function digestOf(file: CustomerFile): Buffer {
  const hash = createHash("sha256");
  for (const chunk of bytesOf(file)) hash.update(chunk);
  return hash.digest();
}

function describe(file: CustomerFile, url: string): object {
  const { id, mimeType: mime_type, size: file_size } = file;
  return {
    messaging_product: "whatsapp",
    id,
    url,
    mime_type,
    sha256: digestOf(file).toString("hex"),
    file_size,
  };
}

async function sendFiles(number: BusinessNumber, sent: readonly CustomerFile[]): Promise<number> {
  const { origin, pathname } = new URL(number.url);
  const bodies = sent.map((file) => {
    files.set(file.id, file);
    const { id, type, mimeType, customer } = file;
    const sha256 = digestOf(file).toString("base64");
    return filesBody(number, [
      { id: `wamid.${id}`, from: phoneOf(customer), type, file: { id, mimeType, sha256 } },
    ]);
  });
  let refused = 0;
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      const connection = new Connection(origin);
      for (let body = bodies.pop(); body !== undefined; body = bodies.pop()) {
        const reply = await connection.post(pathname, signature(body, number.appSecret), body);
        if (reply.status !== 200) refused += 1;
      }
      connection.close();
    }),
  );
  return refused;
}
