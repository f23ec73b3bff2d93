import cors from "cors";
import type { RequestHandler } from "express";

/** How long a browser may keep the answer to a preflight; Chromium keeps none longer. */
const PREFLIGHT_SECONDS = 7_200;

/**
 * Lets pages of these origins use what follows. Without credentials: a caller proves who it is by a token in a header,
 * which a browser never adds by itself, and there are no cookies.
 */
export function crossOrigin(origins: readonly string[]): RequestHandler {
  return cors({
    origin: [...origins],
    methods: ["GET", "HEAD", "POST"],
    allowedHeaders: ["authorization", "content-type", "if-none-match", "if-range", "range", "x-request-id"],
    exposedHeaders: ["accept-ranges", "content-disposition", "content-range", "etag", "x-request-id"],
    maxAge: PREFLIGHT_SECONDS,
  });
}
