import type { RequestHandler } from "express";

/** A client on a very slow line reads an answer of the largest size in this time. */
const DEADLINE_MS = 30_000;

/** Cuts off whoever does not read a whole answer: until then it lies in memory. Event streams are never whole. */
export function readInTime(deadlineMs = DEADLINE_MS): RequestHandler {
  return (_request, response, next) => {
    response.once("prefinish", () => {
      const timer = setTimeout(() => response.socket?.destroy(), deadlineMs);
      response.once("close", () => clearTimeout(timer));
    });
    next();
  };
}
