import ipaddr from "ipaddr.js";

/**
 * Whether an IP address, v4 or v6, belongs to the public internet: not loopback, private, link-local (cloud metadata),
 * carrier-grade NAT, multicast, reserved or documentation, and no other network in a v6 disguise (v4-mapped, NAT64,
 * 6to4, Teredo). False for a text that is not an address.
 */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  if (parsed.range() !== "unicast") return false;
  // Global unicast is exactly 2000::/3; ipaddr.js also counts the deprecated ::a.b.c.d.
  return parsed.kind() === "ipv4" || parsed.toByteArray()[0]! >> 5 === 0b001;
}

/** The IP address in a URL's host, without the brackets of IPv6; null when the host is a name. */
export function literalAddress(hostname: string): string | null {
  const bare = hostname.startsWith("[") ? hostname.slice(1, -1) : hostname;
  return ipaddr.isValid(bare) ? bare : null;
}
