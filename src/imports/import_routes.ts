import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type RequestHandler, Router } from "express";
import type pg from "pg";
import { ParleyError } from "../base/errors.ts";
import { FairShare } from "../base/fair_share.ts";
import { allowOnly } from "../http/allow_only.ts";
import { answerRefusal } from "../http/answer_refusal.ts";
import type { Authorize } from "../http/caller.ts";
import { closeUnread } from "../http/close_unread.ts";
import { csvHeaders } from "../http/csv_headers.ts";
import type { Spool } from "../media/spool.ts";
import { errorFile } from "./error_file.ts";
import type { ImportState } from "./import_state.ts";
import { importUpload } from "./import_upload.ts";

type ImportRoutesParts = {
  /** Connections as the owner. */
  pool: pg.Pool;
  spool: Spool;
  authorize: Authorize;
};

/** `POST /imports` and `GET /imports/:id/errors`. To be mounted before what limits the time of a request's body. */
export function importRoutes({ pool, spool, authorize }: ImportRoutesParts): Router {
  const router = Router();
  router.use(closeUnread);
  router.route("/").post(importUpload({ pool, spool, authorize })).all(allowOnly("POST"));
  router.route("/:id/errors").get(importErrors(authorize)).all(allowOnly("GET"));
  return router.use(answerRefusal);
}

/** The rows of an import that have an error, as a CSV file. */
function importErrors(authorize: Authorize): RequestHandler {
  const places = new FairShare({
    places: 4,
    perKey: [2],
    refusal: "Too many files are being read: try again shortly",
  });
  return async (request, response) => {
    const caller = await authorize(request);
    await places.run([caller.tenantId], () =>
      caller.inTransaction(async (client) => {
        const { rows } = await client.query<ImportState>(
          "select * from app_public.imports where id::text = $1",
          [request.params.id],
        );
        if (!rows[0]) throw new ParleyError("PYNFD", "There is no such import");
        response.set(csvHeaders("errors"));
        response.setTimeout(STALLED_MS, () => response.destroy());
        await pipeline(Readable.from(errorFile(client, rows[0])), response);
      }),
    );
  };
}

/** A reader that takes nothing for so long is disconnected. */
const STALLED_MS = 30_000;
