import type { IncomingMessage } from "node:http";
import ipaddr from "ipaddr.js";

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** What is known of a request before anybody has signed in. */
export type Origin = {
  /** As limits by source count it: an IPv4 address, or the first 64 bits of an IPv6 one. */
  source: string;
  /** What the client calls itself. */
  userAgent: string | null;
};

/** Reads {@link Origin.source}. */
export type SourceOf = (request: IncomingMessage) => string;

/** Names for common ranges, so that nobody has to look them up. */
const NAMED: Readonly<Record<string, readonly string[]>> = {
  loopback: ["127.0.0.0/8", "::1/128"],
  private: ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "fc00::/7", "fe80::/10"],
};

/** Whether it is one of `loopback` and `private`, an address, or a range such as 10.0.0.0/8. */
export function isProxyRange(text: string): boolean {
  return Object.hasOwn(NAMED, text) || ipaddr.isValid(text) || ipaddr.isValidCIDR(text);
}

/**
 * Reads where requests come from. `X-Forwarded-For` counts only as far as trusted proxies have written it: from the right,
 * up to the first address that is none of theirs.
 */
export function createSourceOf(trustedProxies: readonly string[]): SourceOf {
  const ranges = trustedProxies.flatMap((text) => NAMED[text] ?? [text]).map(rangeOf);
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

/** Some proxies write the port as well: 198.51.100.1:50123, [2001:db8::1]:50123. */
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

/** One subscriber has a whole /64 of IPv6. */
function named(address: Address): string {
  if (address instanceof ipaddr.IPv4) return address.toString();
  const network = address.parts.slice(0, 4).map((part) => part.toString(16));
  return `${network.join(":")}::/64`;
}
