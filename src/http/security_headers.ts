import type { RequestHandler } from "express";
import type { Config } from "../base/config.ts";

/** Headers that forbid misuse of any answer. Each page sets its own Content-Security-Policy for what it may load. */
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
