import { type ErrorRequestHandler, type RequestHandler, Router } from "express";
import type pg from "pg";
import { httpStatusOf, ParleyError } from "../../base/errors.ts";
import type { MediaFiles } from "../../media/media_files.ts";
import type { MediaAddresses } from "../../media/signed_address.ts";
import { requestId } from "../request_log.ts";
import { createDownload } from "./download.ts";
import { MEDIA_LIMITS, type MediaLimits } from "./limits.ts";
import { type AuthorizeUpload, createUpload } from "./upload.ts";

type MediaRoutesParts = {
  /** Connections as the owner. */
  pool: pg.Pool;
  media: MediaFiles;
  addresses: MediaAddresses;
  authorize: AuthorizeUpload;
  /** Replaces some of the limits. */
  limits?: Partial<MediaLimits>;
};

/** How long a client that is refused may go on sending, so that it reads the answer before the connection closes. */
const LINGER_MS = 2_000;

/** `POST /media` and `GET /media/:id`. To be mounted before what limits the time of a request's body. */
export function mediaRoutes({ authorize, limits: replaced, ...parts }: MediaRoutesParts): Router {
  const limits = { ...MEDIA_LIMITS, ...replaced };
  const router = Router();
  router.use(closeUnread);
  router
    .route("/")
    .post(createUpload({ ...parts, authorize, limits }))
    .all(allowOnly("POST"));
  router
    .route("/:id")
    .get(createDownload({ ...parts, limits }))
    .all(allowOnly("GET, HEAD"));
  return router.use(refuse);
}

function allowOnly(methods: string): RequestHandler {
  return (_request, response) => {
    response.set("allow", methods);
    const error = { code: "PYREQ", message: `The method must be ${methods.replace(", ", " or ")}` };
    response.status(405).json({ error });
  };
}

/**
 * A body that nothing reads to its end, as that of a refused file, is not received. The connection closes a little later
 * than the answer, because a client that is still sending could lose that.
 */
const closeUnread: RequestHandler = (request, response, next) => {
  const { socket } = request;
  response.once("finish", () => {
    if (request.complete) return;
    const timer = setTimeout(() => socket.destroy(), LINGER_MS);
    for (const end of ["end", "close"]) request.once(end, () => clearTimeout(timer));
  });
  next();
};

/** Answers with the message of a refusal, which is about the request. What the storage says is for operators. */
const refuse: ErrorRequestHandler = (error: unknown, _request, response, next) => {
  // The client has gone.
  if (response.socket === null || response.socket.destroyed) return;
  const isRefusal = error instanceof ParleyError && error.code !== "PYSTO";
  if (!isRefusal || response.headersSent) return next(error);
  const { code, message } = error;
  if (code === "PYTOK") response.set("www-authenticate", 'Bearer realm="parley"');
  response.status(httpStatusOf(code)).json({ error: { code, message, requestId: requestId(response) } });
};
