import { Readable } from "node:stream";
import { Agent, type Dispatcher } from "undici";
import { within } from "../http/within.ts";
import { objectOf } from "../webhooks/read_json.ts";
import { parseJson } from "../webhooks/sanitize.ts";
import type { JsonObject } from "../webhooks/webhook_item.ts";
import type { Channel } from "./wire.ts";

export type GraphRequest = {
  method: "GET" | "POST" | "DELETE";
  url: string;
  headers?: Record<string, string>;
  body?: Uint8Array;
  /** Longest response taken, in bytes; default 1 MB. */
  maxBytes?: number;
  /** For the whole exchange; default that of the client. */
  timeoutMs?: number;
};

/** Reasons hold error codes only: nothing of a request or a response. */
export type GraphReply =
  | {
      kind: "reply";
      status: number;
      headers: Record<string, string | string[] | undefined>;
      bytes: Buffer;
    }
  /** The body did not begin to leave this machine. */
  | { kind: "not_sent"; reason: string }
  /** It did, and no whole response came back. */
  | { kind: "lost"; reason: string };

export type GraphClient = {
  /** Never throws: every failure of the network is a reply. Follows no redirect, repeats nothing. */
  request(request: GraphRequest): Promise<GraphReply>;
  /** Lets running requests end, refuses new ones. */
  close(): Promise<void>;
};

export type GraphClientOptions = {
  /** Default 20 s. */
  timeoutMs?: number;
  /** Kept-alive connections to one host; default 64. */
  connections?: number;
};

const MEGABYTE = 1_000_000;

/** A client with a pool of kept-alive connections for each host. Make one for a process, and close it. */
export function createGraphClient({
  timeoutMs = 20_000,
  connections = 64,
}: GraphClientOptions = {}): GraphClient {
  const agent = new Agent({ connections, connect: { timeout: Math.min(timeoutMs, 10_000) } });

  async function request(request: GraphRequest): Promise<GraphReply> {
    const signal = AbortSignal.timeout(request.timeoutMs ?? timeoutMs);
    const sending = { hasBegun: false };
    try {
      const { origin, pathname, search } = new URL(request.url);
      const responding = agent.request({
        origin,
        path: pathname + search,
        method: request.method,
        headers: { "user-agent": "parley", ...lengthOf(request.body), ...request.headers },
        body: request.body === undefined ? null : Readable.from(watched(request.body, sending, signal)),
        signal,
      });
      const response = await within(signal, responding);
      const bytes = await readAll(response.body, request.maxBytes ?? MEGABYTE);
      return { kind: "reply", status: response.statusCode, headers: response.headers, bytes };
    } catch (error) {
      return { kind: sending.hasBegun ? "lost" : "not_sent", reason: reasonOf(error, signal) };
    }
  }

  return { request, close: () => agent.close() };
}

/** The object a reply's body is; null where it is none. Safe for `jsonb` (see `parseJson`). */
export function bodyOf(reply: GraphReply & { kind: "reply" }): JsonObject | null {
  try {
    return objectOf(parseJson(reply.bytes));
  } catch {
    return null;
  }
}

/** The address of an edge of the channel's Graph API. */
export function edgeUrl(channel: Channel, path: string): string {
  return `${channel.graphUrl}/${channel.graphVersion}/${path}`;
}

export function authorization(channel: Channel): { authorization: string } {
  return { authorization: `Bearer ${channel.accessToken}` };
}

function lengthOf(body: Uint8Array | undefined): Record<string, string> {
  return body === undefined ? {} : { "content-length": String(body.byteLength) };
}

/** undici asks for the body when the connection stands: not asked for means not sent. */
async function* watched(body: Uint8Array, sending: { hasBegun: boolean }, signal: AbortSignal) {
  signal.throwIfAborted();
  sending.hasBegun = true;
  yield body;
}

class ResponseTooLarge extends Error {
  readonly code = "RESPONSE_TOO_LARGE";
}

async function readAll(stream: Dispatcher.ResponseData["body"], maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > maxBytes) throw new ResponseTooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function reasonOf(error: unknown, signal: AbortSignal): string {
  if (signal.aborted) return "timeout";
  if (!(error instanceof Error)) return "unknown";
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}
