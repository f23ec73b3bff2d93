import ipaddr from "ipaddr.js";

/** Names for common ranges, so that operators need not look them up. */
export const NAMED_RANGES: Readonly<Record<string, readonly string[]>> = {
  loopback: ["127.0.0.0/8", "::1/128"],
  private: ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "fc00::/7", "fe80::/10"],
};

/** Whether a text is `loopback`, `private`, an address, or a range such as 10.0.0.0/8. */
export function isProxyRange(text: string): boolean {
  return Object.hasOwn(NAMED_RANGES, text) || ipaddr.isValid(text) || ipaddr.isValidCIDR(text);
}
