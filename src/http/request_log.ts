import { randomUUID } from "node:crypto";
import type { RequestHandler, Response } from "express";
import type { Log } from "../base/log.ts";
import { metrics } from "../base/metrics.ts";

const GIVEN_ID = /^[\w.:-]{8,100}$/;

/**
 * Gives each request an id (a proxy's `X-Request-Id`, otherwise a new one), which is returned in the answer, and logs
 * it: as `debug`, or as `warn` from status 500 on. Query and body are not logged: they hold tokens and texts.
 */
export function requestLog(log: Log): RequestHandler {
  return (request, response, next) => {
    const given = request.get("x-request-id");
    const requestId = given !== undefined && GIVEN_ID.test(given) ? given : randomUUID();
    response.locals.requestId = requestId;
    response.locals.log = log;
    response.setHeader("x-request-id", requestId);
    const begin = performance.now();
    // Read now, because routers strip prefixes from `url`. Sandbox paths hold phone numbers, callback paths a token.
    const [, covert] = /^(\/sandbox|\/callbacks)\//.exec(request.path) ?? [];
    const path = covert ?? request.path.slice(0, 200);
    const route = routeOf(path);
    response.once("close", () => {
      const milliseconds = performance.now() - begin;
      if (route !== "webhooks")
        metrics.requestSeconds.observe({ route, status: String(response.statusCode) }, milliseconds / 1000);
      const isFailed = response.statusCode >= 500;
      if (!isFailed && !log.isLevelEnabled("debug")) return;
      const facts = {
        requestId,
        method: request.method,
        path,
        status: response.statusCode,
        isComplete: response.writableFinished,
        milliseconds: Math.round(milliseconds),
      };
      if (isFailed) log.warn(facts, "request failed");
      else log.debug(facts, "request");
    });
    next();
  };
}

const ROUTES = [
  "webhooks",
  "graphql",
  "media",
  "imports",
  "exports",
  "callbacks",
  "health",
  "metrics",
  "sandbox",
];

/** The first part of a path, if something is there: strangers must not add labels. */
function routeOf(path: string): string {
  const [, first = ""] = path.split("/", 2);
  return ROUTES.includes(first) ? first : "other";
}

/** The id that {@link requestLog} has assigned. */
export function requestId(response: Response): string {
  return String(response.locals.requestId);
}

/** The logger of one request, created on first use; undefined where {@link requestLog} is not installed. */
export function logOf(response: Response): Log | undefined {
  const log = response.locals.log as Log | undefined;
  return log?.child({ requestId: requestId(response) });
}
