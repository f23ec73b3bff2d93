import type { IncomingHttpHeaders } from "node:http";
import type { Readable } from "node:stream";
import { Agent } from "undici";
import type { JsonObject } from "../../../base/json/json.ts";
import { parseJson } from "../../../base/json/parse_json.ts";
import { objectOf } from "../../../base/json/values.ts";
import type { CloudApiAccess } from "./access.ts";
import { Exchange, type GraphReply, reasonOf } from "./exchange.ts";

type GraphRequest = {
  method: "GET" | "POST" | "DELETE";
  url: string;
  headers?: Record<string, string>;
  /** The headers of a stream must contain its `content-length`. */
  body?: Uint8Array | Readable;
  /** The maximum size of a response, in bytes; defaults to 1 MB. */
  maxBytes?: number;
  /** The time limit for request and response together; defaults to that of the client. */
  timeoutMs?: number;
  /** Ends the request earlier. */
  signal?: AbortSignal | undefined;
};

type StartedDownload = {
  kind: "started";
  headers: IncomingHttpHeaders;
  /** Fails if nothing arrives for as long as a request may take. */
  body: Readable;
};

/** An HTTP client for the Graph API. */
export type GraphClient = {
  /** Returns failures of the network as a reply and never throws. Does not follow redirects and does not retry. */
  request(request: GraphRequest): Promise<GraphReply>;
  /**
   * Starts a download, whose body is read or destroyed by the caller. A status other than 200 is a reply, with as much of
   * its body as arrives in the time of a request. Like `request`, it neither throws nor follows redirects.
   */
  download(request: Pick<GraphRequest, "url" | "headers">): Promise<StartedDownload | GraphReply>;
  /** Refuses new requests and waits for running ones to end. */
  close(): Promise<void>;
};

type GraphClientOptions = {
  /** Defaults to 20 s. */
  timeoutMs?: number;
  /** The number of kept-alive connections to one host; defaults to 64. */
  connections?: number;
};

const MEGABYTE = 1_000_000;

/** Creates a client with a pool of kept-alive connections for each host. Create one per process, and close it. */
export function createGraphClient({
  timeoutMs = 20_000,
  connections = 64,
}: GraphClientOptions = {}): GraphClient {
  const agent = new Agent({ connections, connect: { timeout: Math.min(timeoutMs, 10_000) } });

  async function request(request: GraphRequest): Promise<GraphReply> {
    const url = URL.parse(request.url);
    if (url === null) return { kind: "not_sent", reason: "ERR_INVALID_URL" };
    const exchange = new Exchange({
      maxBytes: request.maxBytes ?? MEGABYTE,
      timeoutMs: request.timeoutMs ?? timeoutMs,
      signal: request.signal,
    });
    agent.dispatch(
      {
        origin: url.origin,
        path: url.pathname + url.search,
        method: request.method,
        headers: { "user-agent": "parley", ...request.headers },
        body: request.body ?? null,
      },
      exchange,
    );
    return exchange.reply;
  }

  async function download(
    request: Pick<GraphRequest, "url" | "headers">,
  ): Promise<StartedDownload | GraphReply> {
    const url = URL.parse(request.url);
    if (url === null) return { kind: "not_sent", reason: "ERR_INVALID_URL" };
    try {
      const { statusCode, headers, body } = await agent.request({
        origin: url.origin,
        path: url.pathname + url.search,
        method: "GET",
        // The bytes are hashed and stored as they arrive.
        headers: { "user-agent": "parley", "accept-encoding": "identity", ...request.headers },
        headersTimeout: timeoutMs,
        bodyTimeout: timeoutMs,
      });
      if (statusCode === 200) return { kind: "started", headers, body };
      return {
        kind: "reply",
        status: statusCode,
        headers,
        bytes: await firstBytes(body, MEGABYTE, timeoutMs),
      };
    } catch (error) {
      return { kind: "lost", reason: reasonOf(error) };
    }
  }

  return { request, download, close: () => agent.close() };
}

async function firstBytes(body: Readable, maxBytes: number, timeoutMs: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  const end = setTimeout(() => body.destroy(new Error("timeout")), timeoutMs);
  try {
    for await (const chunk of body) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > maxBytes) break;
    }
  } catch {
    // The status says enough.
  } finally {
    clearTimeout(end);
  }
  return Buffer.concat(chunks);
}

/** Returns the JSON object in the body of a reply, or null. Safe for `jsonb` (see `parseJson`). */
export function bodyOf(reply: GraphReply & { kind: "reply" }): JsonObject | null {
  try {
    return objectOf(parseJson(reply.bytes));
  } catch {
    return null;
  }
}

/** Returns the URL of a path in the Graph API of a number. */
export function edgeUrl(access: CloudApiAccess, path: string): string {
  return `${access.graphUrl}/${access.graphVersion}/${path}`;
}

export function authorization(access: CloudApiAccess): { authorization: string } {
  return { authorization: `Bearer ${access.accessToken}` };
}
