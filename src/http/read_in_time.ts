import type { RequestHandler } from "express";

/** Long enough to read the largest answer over a very slow connection. */
const DEADLINE_MS = 30_000;

/** Disconnects clients that do not read their answer in time, because it stays in memory. Event streams are exempt. */
export function readInTime(deadlineMs = DEADLINE_MS): RequestHandler {
  return (_request, response, next) => {
    response.once("prefinish", () => {
      const timer = setTimeout(() => response.socket?.destroy(), deadlineMs);
      response.once("close", () => clearTimeout(timer));
    });
    next();
  };
}
