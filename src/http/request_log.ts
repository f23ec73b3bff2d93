import { randomUUID } from "node:crypto";
import type { RequestHandler, Response } from "express";
import type { Log } from "../base/log.ts";

const GIVEN_ID = /^[\w.:-]{8,100}$/;

/**
 * Gives each request an id (a proxy's `X-Request-Id`, else a new one), which goes back in the answer, and a line in
 * the log: `debug`, or `warn` when we failed. No query and no body: they hold tokens and texts.
 */
export function requestLog(log: Log): RequestHandler {
  return (request, response, next) => {
    const given = request.get("x-request-id");
    const requestId = given !== undefined && GIVEN_ID.test(given) ? given : randomUUID();
    response.locals.requestId = requestId;
    response.locals.log = log;
    response.setHeader("x-request-id", requestId);
    const begin = performance.now();
    // Taken now: routers take the front off `url`. A sandbox path holds phone numbers, a callback's a token.
    const [, covert] = /^(\/sandbox|\/callbacks)\//.exec(request.path) ?? [];
    const path = covert ?? request.path.slice(0, 200);
    response.once("close", () => {
      const isFailed = response.statusCode >= 500;
      if (!isFailed && !log.isLevelEnabled("debug")) return;
      const facts = {
        requestId,
        method: request.method,
        path,
        status: response.statusCode,
        isComplete: response.writableFinished,
        milliseconds: Math.round(performance.now() - begin),
      };
      if (isFailed) log.warn(facts, "request failed");
      else log.debug(facts, "request");
    });
    next();
  };
}

/** The id that {@link requestLog} has given. */
export function requestId(response: Response): string {
  return String(response.locals.requestId);
}

/** The log of one request, made for those who have something to say; undefined where {@link requestLog} keeps none. */
export function logOf(response: Response): Log | undefined {
  const log = response.locals.log as Log | undefined;
  return log?.child({ requestId: requestId(response) });
}
