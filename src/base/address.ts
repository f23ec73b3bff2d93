import type { Config } from "./config.ts";

/** Where this machine reaches a server that listens on `host`: "any address" is answered on loopback too. */
export function localUrl(host: string, port: number): string {
  const reachable =
    { "0.0.0.0": "127.0.0.1", "::": "[::1]" }[host] ?? (host.includes(":") ? `[${host}]` : host);
  return `http://${reachable}:${port}`;
}

/** Where others reach us: PUBLIC_URL, else what HOST and PORT say. */
export function publicUrl(config: Config, port = config.PORT): string {
  return config.PUBLIC_URL ?? localUrl(config.HOST, port);
}

/** The address to enter at a provider: of an app by its webhook key, or of a single channel by its id. */
export function webhookUrl(baseUrl: string, path: string, address: string): string {
  return `${baseUrl}/webhooks/${path}/${address}`;
}
