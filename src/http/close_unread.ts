import type { RequestHandler } from "express";

/** How long a client that is refused may go on sending, so that it reads the answer before the connection closes. */
const LINGER_MS = 2_000;

/**
 * A body that nothing reads to its end, as that of a refused file, is not received. The connection closes a little later
 * than the answer, because a client that is still sending could lose that.
 */
export const closeUnread: RequestHandler = (request, response, next) => {
  const { socket } = request;
  response.once("finish", () => {
    if (request.complete) return;
    const timer = setTimeout(() => socket.destroy(), LINGER_MS);
    for (const end of ["end", "close"]) request.once(end, () => clearTimeout(timer));
  });
  next();
};
