import dns from "node:dns";
import type { LookupFunction } from "node:net";
import { buildConnector } from "undici";
import { type DestinationRules, isAllowed } from "./destination.ts";
import { isPublicAddress, literalAddress } from "./public_address.ts";

/** The connection was refused because the host is, or resolves to, an address that is not public. */
export class PrivateAddress extends Error {
  override readonly name = "PrivateAddress";
}

/**
 * Opens connections for undici, only to public addresses and allowed hosts. The address is checked when connecting, so
 * that a name that resolves differently the second time (DNS rebinding) is refused. Literal addresses are checked
 * separately, since they skip the resolver: without that check, 10 of 11 spellings of the loopback address got through.
 */
export function guardedConnector(rules: DestinationRules, timeoutMs: number): buildConnector.connector {
  const open = buildConnector({ timeout: timeoutMs });
  const openGuarded = buildConnector({ timeout: timeoutMs, lookup: guardedLookup });
  return (options, callback) => {
    const port = Number(options.port || (options.protocol === "https:" ? 443 : 80));
    if (isAllowed(options.hostname, port, rules)) return open(options, callback);
    const address = literalAddress(options.hostname);
    if (address !== null && !isPublicAddress(address)) return callback(new PrivateAddress(), null);
    return openGuarded(options, callback);
  };
}

/** Resolves a name; fails if any of its addresses is not public. */
const guardedLookup: LookupFunction = (hostname, options, callback) => {
  dns.lookup(hostname, { ...options, all: true }, (error, addresses) => {
    const [first] = addresses ?? [];
    if (error !== null) return callback(error, "");
    if (first === undefined || !addresses.every(({ address }) => isPublicAddress(address))) {
      return callback(new PrivateAddress(), "");
    }
    return options.all ? callback(null, addresses) : callback(null, first.address, first.family);
  });
};
