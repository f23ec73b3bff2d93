import { createHash, createHmac } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A bucket in memory that checks signatures (version 4) by its own computation, from the raw request. */
export type S3StandIn = {
  url: string;
  /** Objects by the path that was sent, as it was sent. */
  objects: Map<string, { body: Buffer; contentType: string | undefined }>;
  requests: { method: string; path: string; status: number }[];
  /** Answers instead of the bucket, while it returns true. */
  interfere: (request: IncomingMessage, response: ServerResponse) => boolean;
  close(): Promise<void>;
};

export const CREDENTIALS = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "a secret/with+signs=" };
export const BUCKET = "parley-media";
export const REGION = "eu-test-1";

export async function s3StandIn(): Promise<S3StandIn> {
  const server = createServer(async (request, response) => {
    response.once("finish", () =>
      it.requests.push({ method: request.method!, path: request.url!, status: response.statusCode }),
    );
    if (it.interfere(request, response)) return;
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const given = answer(it.objects, request, Buffer.concat(chunks));
    if (typeof given === "string") refuse(response, given);
    else response.writeHead(given.status, given.headers).end(given.body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const it: S3StandIn = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    objects: new Map(),
    requests: [],
    interfere: () => false,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return it;
}

type Answer = { status: number; headers?: Record<string, string | number>; body?: Buffer };

function answer(objects: S3StandIn["objects"], request: IncomingMessage, body: Buffer): Answer | string {
  const { method, url: path = "", headers } = request;
  if (!isSigned(request)) return "403 SignatureDoesNotMatch";
  if (hex(body) !== headers["x-amz-content-sha256"]) return "400 XAmzContentSHA256Mismatch";
  if (!path.startsWith(`/${BUCKET}/`)) return "404 NoSuchBucket";
  switch (method) {
    case "PUT":
      // As S3: a body without a length is refused.
      if (headers["content-length"] === undefined) return "411 MissingContentLength";
      objects.set(path, { body, contentType: headers["content-type"] });
      return { status: 200 };
    case "DELETE":
      objects.delete(path);
      return { status: 204 };
    default:
      if (path.startsWith(`/${BUCKET}/?`)) return listOf(objects, new URL(path, "http://s3").searchParams);
      return partOf(objects.get(path)?.body, headers.range) ?? "404 NoSuchKey";
  }
}

/** A page of ListObjectsV2, as short as it can be to show that readers ask for the next one. */
function listOf(objects: S3StandIn["objects"], query: URLSearchParams): Answer {
  const keys = [...objects.keys()]
    .map((path) => decodeURIComponent(path.slice(`/${BUCKET}/`.length)))
    .filter((key) => key.startsWith(query.get("prefix") ?? "") && key > (query.get("start-after") ?? ""))
    .sort();
  const contents = keys.slice(0, 3).map((key) => `<Contents><Key>${key}</Key><Size>1</Size></Contents>`);
  const body = Buffer.from(`<?xml version="1.0"?><ListBucketResult>${contents.join("")}</ListBucketResult>`);
  return { status: 200, headers: { "content-length": body.length }, body };
}

function partOf(body: Buffer | undefined, range: string | undefined): Answer | undefined {
  if (!body) return undefined;
  const [, start, end] = /^bytes=(\d+)-(\d+)$/.exec(range ?? "") ?? [];
  if (start === undefined) return { status: 200, headers: { "content-length": body.length }, body };
  const part = body.subarray(Number(start), Number(end) + 1);
  const contentRange = `bytes ${start}-${Number(start) + part.length - 1}/${body.length}`;
  const headers = { "content-length": part.length, "content-range": contentRange };
  return { status: 206, headers, body: part };
}

/** Answers with an error, as in "404 NoSuchKey". */
export function refuse(response: ServerResponse, error: string): void {
  const [status, code] = error.split(" ");
  response
    .writeHead(Number(status), { "content-type": "application/xml" })
    .end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>…</Message></Error>`);
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html */
function isSigned({ method = "", url = "", headers }: IncomingMessage): boolean {
  const { authorization = "", "x-amz-date": date = "", "x-amz-content-sha256": hash = "" } = headers;
  const [, id, scope = "", names = "", given] =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(
      authorization,
    ) ?? [];
  if (id !== CREDENTIALS.accessKeyId || Math.abs(Date.now() - timeOf(String(date))) > 15 * 60_000)
    return false;
  const [path = "", query = ""] = url.split("?");
  const canonical = [
    method,
    path.split("/").map(encoded).join("/"),
    query,
    ...names.split(";").map((name) => `${name}:${String(headers[name]).trim().replace(/\s+/g, " ")}`),
    "",
    names,
    hash,
  ].join("\n");
  const text = ["AWS4-HMAC-SHA256", date, scope, hex(canonical)].join("\n");
  const day = String(date).slice(0, 8);
  if (scope !== `${day}/${REGION}/s3/aws4_request`) return false;
  const key = [day, REGION, "s3", "aws4_request"].reduce(
    (parent: Buffer, part) => createHmac("sha256", parent).update(part).digest(),
    Buffer.from(`AWS4${CREDENTIALS.secretAccessKey}`),
  );
  return createHmac("sha256", key).update(text).digest("hex") === given;
}

/** A name of a path as the signature has it, from the one that was sent. */
function encoded(name: string): string {
  return [...Buffer.from(decodeURIComponent(name))]
    .map((byte) => {
      const char = String.fromCharCode(byte);
      return /[A-Za-z0-9\-._~]/.test(char) ? char : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
    })
    .join("");
}

function timeOf(date: string): number {
  return Date.parse(date.replace(/^(\d{4})(\d\d)(\d\dT\d\d)(\d\d)(\d\dZ)$/, "$1-$2-$3:$4:$5"));
}

function hex(content: Buffer | string): string {
  return createHash("sha256").update(content).digest("hex");
}
