import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";
import { hostname } from "node:os";
import type { RequestHandler } from "express";
import type { Config } from "../base/config.ts";

/**
 * Whether a request's Host header names this server. Otherwise, in development, a foreign web page could make its own
 * host name resolve to this machine (DNS rebinding), and use the sandbox and the API in its reader's browser. An IP
 * address is always accepted, since no foreign name is one. In production any name is, because a proxy checks it.
 */
export function ownHosts(config: Config): (request: Pick<IncomingMessage, "headers">) => boolean {
  if (config.NODE_ENV === "production") return () => true;
  const machine = hostname().toLowerCase();
  const names = new Set(["localhost", config.HOST.toLowerCase(), machine, `${machine}.local`]);
  if (config.PUBLIC_URL !== undefined) names.add(new URL(config.PUBLIC_URL).hostname);
  return ({ headers: { host } }) => {
    if (host === undefined) return true;
    if (!URL.canParse(`http://${host}`)) return false;
    const name = new URL(`http://${host}`).hostname.replace(/\.$/, "");
    return names.has(name) || name.endsWith(".localhost") || isIP(name.replace(/^\[|\]$/g, "")) !== 0;
  };
}

/** Refuses requests with another host name. */
export function requireOwnHost(config: Config): RequestHandler {
  const isOwn = ownHosts(config);
  return (request, response, next) => {
    if (isOwn(request)) return next();
    const message = "In development this server answers to localhost, its address, HOST and PUBLIC_URL only";
    response.status(421).json({ error: { code: "PYREQ", message } });
  };
}
