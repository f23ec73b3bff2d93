import type { Config } from "./config.ts";

/** The address at which this machine reaches a server that listens on `host`: "any address" includes loopback. */
export function localUrl(host: string, port: number): string {
  const reachable =
    { "0.0.0.0": "127.0.0.1", "::": "[::1]" }[host] ?? (host.includes(":") ? `[${host}]` : host);
  return `http://${reachable}:${port}`;
}

/** The address at which others reach this server: PUBLIC_URL, otherwise HOST and PORT. */
export function publicUrl(config: Config, port = config.PORT): string {
  return config.PUBLIC_URL ?? localUrl(config.HOST, port);
}

/** The webhook address to enter at a provider: of an app by its webhook key, or of a single channel by its id. */
export function webhookUrl(baseUrl: string, path: string, address: string): string {
  return `${baseUrl}/webhooks/${path}/${address}`;
}
