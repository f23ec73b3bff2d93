import type { IncomingMessage } from "node:http";
import ipaddr from "ipaddr.js";
import { NAMED_RANGES } from "../base/proxy_range.ts";

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** What is known about a request's sender without a token. */
export type Origin = {
  /** The key for limits by source: an IPv4 address, or the first 64 bits of an IPv6 address. */
  source: string;
  /** The User-Agent header. */
  userAgent: string | null;
};

/** Reads {@link Origin.source}. */
export type SourceOf = (request: IncomingMessage) => string;

/**
 * Determines where requests come from. `X-Forwarded-For` counts only as far as trusted proxies have written it: read
 * from the right, up to the first address that is not a trusted proxy's.
 */
export function createSourceOf(trustedProxies: readonly string[]): SourceOf {
  const ranges = trustedProxies.flatMap((text) => NAMED_RANGES[text] ?? [text]).map(rangeOf);
  const isTrusted = (address: Address) =>
    ranges.some(([base, bits]) => base.kind() === address.kind() && address.match([base, bits] as never));

  return ({ socket, headers }) => {
    const forwarded = String(headers["x-forwarded-for"] ?? "").split(",");
    let source = addressOf(socket.remoteAddress ?? "");
    while (source !== null && isTrusted(source)) {
      const before = addressOf(forwarded.pop()?.trim() ?? "");
      if (before === null) break;
      source = before;
    }
    return source === null ? "unknown" : named(source);
  };
}

/** Removes a port, which some proxies write: 198.51.100.1:50123, [2001:db8::1]:50123. */
const WITH_PORT = /^(?:\[(?<v6>[^\]]*)\]|(?<v4>[\d.]+))(?::\d+)?$/;

function addressOf(text: string): Address | null {
  const { v6, v4 } = WITH_PORT.exec(text)?.groups ?? {};
  const address = v6 ?? v4 ?? text;
  return ipaddr.isValid(address) ? ipaddr.process(address) : null;
}

function rangeOf(text: string): [Address, number] {
  if (ipaddr.isValidCIDR(text)) return ipaddr.parseCIDR(text);
  const address = ipaddr.process(text);
  return [address, address.kind() === "ipv4" ? 32 : 128];
}

/** An IPv6 address counts by its /64 network: an internet subscriber has all addresses of one. */
function named(address: Address): string {
  if (address instanceof ipaddr.IPv4) return address.toString();
  const network = address.parts.slice(0, 4).map((part) => part.toString(16));
  return `${network.join(":")}::/64`;
}
