import { isPublicAddress, literalAddress } from "./public_address.ts";

/** The rules about which URLs may be requested. */
export type DestinationRules = {
  /**
   * Hosts that may be private, and be requested over plain HTTP on any port: `localhost`, `10.0.0.7`, `[::1]`, each
   * alone or with a port, `localhost:3000`. From the configuration of the installation, never from a customer.
   */
  allowedHosts: readonly string[];
  /** The ports that are allowed on all other hosts. */
  ports: readonly number[];
  /** Whether all other hosts may be requested without TLS. */
  allowsPlainHttp: boolean;
};

export type DestinationRefusal = "invalid_url" | "scheme" | "credentials" | "port" | "private_address";

/** Checks a URL's text against the rules. The address that its name resolves to is checked when connecting. */
export function refusalOf(url: string, rules: DestinationRules): DestinationRefusal | null {
  if (!URL.canParse(url)) return "invalid_url";
  const { protocol, hostname, port, username, password } = new URL(url);
  if (protocol !== "https:" && protocol !== "http:") return "scheme";
  if (username !== "" || password !== "") return "credentials";
  const portNumber = Number(port || (protocol === "https:" ? 443 : 80));
  if (isAllowed(hostname, portNumber, rules)) return null;
  if (protocol === "http:" && !rules.allowsPlainHttp) return "scheme";
  if (!rules.ports.includes(portNumber)) return "port";
  const address = literalAddress(hostname);
  return address === null || isPublicAddress(address) ? null : "private_address";
}

/** Whether the configuration lists the host as allowed. */
export function isAllowed(hostname: string, port: number, rules: DestinationRules): boolean {
  const host = hostname.toLowerCase();
  return rules.allowedHosts.some((allowed) => {
    const name = allowed.toLowerCase();
    return name === host || name === `${host}:${port}`;
  });
}
