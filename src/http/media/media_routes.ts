import { Router } from "express";
import type pg from "pg";
import type { MediaFiles } from "../../media/media_files.ts";
import type { MediaAddresses } from "../../media/signed_address.ts";
import { allowOnly } from "../allow_only.ts";
import { answerRefusal } from "../answer_refusal.ts";
import type { Authorize } from "../caller.ts";
import { closeUnread } from "../close_unread.ts";
import { createDownload } from "./download.ts";
import { MEDIA_LIMITS, type MediaLimits } from "./limits.ts";
import { createUpload } from "./upload.ts";

type MediaRoutesParts = {
  /** Connections as the owner. */
  pool: pg.Pool;
  media: MediaFiles;
  addresses: MediaAddresses;
  authorize: Authorize;
  /** Replaces some of the limits. */
  limits?: Partial<MediaLimits>;
};

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
  return router.use(answerRefusal);
}
