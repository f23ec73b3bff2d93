import type { RequestHandler } from "express";
import type { Config } from "../base/config.ts";

/** What no page and no answer of ours may be used for. A page says itself what it may load. */
export function securityHeaders(config: Config): RequestHandler {
  const isSecure = config.PUBLIC_URL?.startsWith("https:") ?? false;
  return (_request, response, next) => {
    response.setHeader("x-content-type-options", "nosniff");
    response.setHeader("x-frame-options", "DENY");
    response.setHeader("referrer-policy", "no-referrer");
    response.setHeader("cross-origin-opener-policy", "same-origin");
    if (isSecure) response.setHeader("strict-transport-security", "max-age=31536000");
    next();
  };
}
