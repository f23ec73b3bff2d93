import { Agent } from "undici";
import type { JsonObject } from "../../../base/json/json.ts";
import { parseJson } from "../../../base/json/parse_json.ts";
import { objectOf } from "../../../base/json/values.ts";
import type { CloudApiAccess } from "./access.ts";
import { Exchange, type GraphReply } from "./exchange.ts";

type GraphRequest = {
  method: "GET" | "POST" | "DELETE";
  url: string;
  headers?: Record<string, string>;
  body?: Uint8Array;
  /** Longest response taken, in bytes; default 1 MB. */
  maxBytes?: number;
  /** For the whole exchange; default that of the client. */
  timeoutMs?: number;
};

/** The HTTP client for the Graph API. */
export type GraphClient = {
  /** Never throws: every failure of the network is a reply. Follows no redirect, repeats nothing. */
  request(request: GraphRequest): Promise<GraphReply>;
  /** Lets running requests end, refuses new ones. */
  close(): Promise<void>;
};

type GraphClientOptions = {
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
    const url = URL.parse(request.url);
    if (url === null) return { kind: "not_sent", reason: "ERR_INVALID_URL" };
    const exchange = new Exchange({
      maxBytes: request.maxBytes ?? MEGABYTE,
      timeoutMs: request.timeoutMs ?? timeoutMs,
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

/** The address of an edge of a number's Graph API. */
export function edgeUrl(access: CloudApiAccess, path: string): string {
  return `${access.graphUrl}/${access.graphVersion}/${path}`;
}

export function authorization(access: CloudApiAccess): { authorization: string } {
  return { authorization: `Bearer ${access.accessToken}` };
}
