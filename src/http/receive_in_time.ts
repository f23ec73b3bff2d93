import type { RequestHandler } from "express";

const TIMEOUT_MS = 10_000;

/**
 * Disconnects clients that do not send the body of their request in time, with 408 if it has not been answered. Files
 * are received elsewhere.
 */
export function receiveInTime(timeoutMs = TIMEOUT_MS): RequestHandler {
  return (request, response, next) => {
    const { "content-length": length = "0", "transfer-encoding": encoding } = request.headers;
    if (length === "0" && encoding === undefined) return next();
    const { socket } = request;
    const timer = setTimeout(() => {
      if (request.complete) return;
      if (!response.headersSent) {
        const error = { code: "PYTIM", message: "The body was not received in time" };
        response.status(408).set("connection", "close").json({ error });
      }
      socket.destroySoon();
    }, timeoutMs);
    // A request that is answered early, as to no address, may still be sending.
    response.once("close", () => {
      if (request.complete || socket.destroyed) clearTimeout(timer);
    });
    next();
  };
}
