import { Agent, type Dispatcher } from "undici";
import { within } from "../../base/timeout.ts";
import { type DestinationRefusal, type DestinationRules, refusalOf } from "./destination.ts";
import { guardedConnector, PrivateAddress } from "./guarded_connector.ts";
import { followed, type Hop } from "./redirect.ts";

/** A request to an address that a customer configured. */
export type GuardedRequest = {
  method: string;
  url: string;
  headers?: Record<string, string>;
  body?: string | Uint8Array;
  /** Limit for the request with all its redirects; defaults to, and is capped by, the limit of the fetch. */
  timeoutMs?: number;
};

type Refusal =
  | DestinationRefusal
  | "too_many_redirects"
  | "leaks_body"
  | "content_type"
  | "content_encoding"
  | "too_large";

type GuardedReply =
  | { kind: "response"; status: number; contentType: string; body: Buffer; url: string }
  /** The rules forbid the request or its response. */
  | { kind: "refused"; reason: Refusal }
  /** The network failed; `reason` is `timeout` or an error code. */
  | { kind: "failed"; reason: string };

export type GuardedFetch = {
  /** Never throws. The connection, redirects and response are checked against the rules. */
  fetch(request: GuardedRequest): Promise<GuardedReply>;
  close(): Promise<void>;
};

export type GuardedFetchOptions = Partial<DestinationRules> & {
  /** Default 5 s. */
  timeoutMs?: number;
  /** Largest response, in bytes; default 1 MB. */
  maxBytes?: number;
  /** Accepted types of a response that has a body; default JSON, text and XML. */
  contentTypes?: RegExp;
};

const MAX_REDIRECTS = 3;
const TEXTUAL = /^(?:text\/[\w.+-]+|application\/(?:[\w.+-]+\+)?(?:json|xml))(?:;|$)/i;
/** Headers that customers may not set: this client sets them, or they concern only the connection. */
const FORBIDDEN_HEADERS: ReadonlySet<string> = new Set([
  "accept-encoding",
  "connection",
  "content-length",
  "expect",
  "host",
  "keep-alive",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/**
 * The only way to send requests to addresses that customers configure.
 * By default HTTPS to public addresses on ports 443 and 8443. Keeps no cookies and reads no proxy from the environment.
 */
export function createGuardedFetch(options: GuardedFetchOptions = {}): GuardedFetch {
  const { timeoutMs = 5000, maxBytes = 1_000_000, contentTypes = TEXTUAL } = options;
  const rules = {
    allowedHosts: options.allowedHosts ?? [],
    ports: options.ports ?? [443, 8443],
    allowsPlainHttp: options.allowsPlainHttp ?? false,
  };
  const agent = new Agent({ connect: guardedConnector(rules, timeoutMs) });

  async function walk(first: Hop, signal: AbortSignal): Promise<GuardedReply> {
    let hop = first;
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
      const refusal = refusalOf(hop.url, rules);
      if (refusal !== null) return { kind: "refused", reason: refusal };
      const response = await within(signal, request(hop, signal));
      const next = followed(hop, response.statusCode, headerOf(response, "location"));
      if (next === null) return take(response, hop.url);
      discard(response);
      if (next === "leaks_body") return { kind: "refused", reason: next };
      hop = next;
    }
    return { kind: "refused", reason: "too_many_redirects" };
  }

  function request(hop: Hop, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
    const { origin, pathname, search } = new URL(hop.url);
    return agent.request({
      origin,
      path: pathname + search,
      method: hop.method as Dispatcher.HttpMethod,
      headers: { "user-agent": "parley", ...hop.headers, "accept-encoding": "identity" },
      body: hop.body,
      signal,
    });
  }

  async function take(response: Dispatcher.ResponseData, url: string): Promise<GuardedReply> {
    const refuse = (reason: Refusal): GuardedReply => {
      discard(response);
      return { kind: "refused", reason };
    };
    const contentType = headerOf(response, "content-type") ?? "";
    const encoding = headerOf(response, "content-encoding") ?? "identity";
    if (encoding !== "identity") return refuse("content_encoding");
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of response.body) {
      size += chunk.length;
      if (!contentTypes.test(contentType)) return refuse("content_type");
      if (size > maxBytes) return refuse("too_large");
      chunks.push(chunk);
    }
    return { kind: "response", status: response.statusCode, contentType, body: Buffer.concat(chunks), url };
  }

  return {
    async fetch({ method, url, headers = {}, body = null, timeoutMs: wanted = timeoutMs }) {
      const signal = AbortSignal.timeout(Math.min(wanted, timeoutMs));
      try {
        return await walk({ method: method.toUpperCase(), url, headers: permitted(headers), body }, signal);
      } catch (error) {
        if (error instanceof PrivateAddress) return { kind: "refused", reason: "private_address" };
        return { kind: "failed", reason: signal.aborted ? "timeout" : codeOf(error) };
      }
    },
    close: () => agent.close(),
  };
}

function permitted(headers: Record<string, string>): Record<string, string> {
  const lowered = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const);
  return Object.fromEntries(
    lowered.filter(([name]) => !FORBIDDEN_HEADERS.has(name) && !name.startsWith("proxy-")),
  );
}

/** Closes the connection instead of reading the rest. undici reports that as an error to the body's listeners. */
function discard(response: Dispatcher.ResponseData): void {
  response.body.on("error", () => {}).destroy();
}

function headerOf(response: Dispatcher.ResponseData, name: string): string | undefined {
  const value = response.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown";
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}
