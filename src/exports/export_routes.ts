import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type RequestHandler, Router } from "express";
import { z } from "zod";
import { ParleyError } from "../base/errors.ts";
import { FairShare } from "../base/fair_share.ts";
import { allowOnly } from "../http/allow_only.ts";
import { answerRefusal } from "../http/answer_refusal.ts";
import type { Authorize } from "../http/caller.ts";
import { csvHeaders } from "../http/csv_headers.ts";
import { readQuery } from "../http/read_query.ts";
import { EXPORT_KINDS, type ExportName } from "./export_kinds.ts";
import { exportQuery } from "./export_query.ts";
import { exportRows } from "./export_rows.ts";

/** `?columns=phone,name&filter={"field":"tag","is":"vip"}` */
const Query = z.strictObject({
  columns: z.string().optional(),
  filter: z.string().optional(),
  campaign: z.uuid().optional(),
  delimiter: z.string().length(1).optional(),
});

/** A reader that takes nothing for so long is disconnected. */
const STALLED_MS = 30_000;
const LONGEST_MS = 60 * 60_000;

/** `GET /exports/:name`: rows as a CSV file, with the rights of the caller. */
export function exportRoutes({ authorize }: { authorize: Authorize }): Router {
  const router = Router();
  router.route("/:name").get(createExport(authorize)).all(allowOnly("GET"));
  return router.use(answerRefusal);
}

/** An export has a connection of its own, and a transaction as long as it takes. */
function createExport(authorize: Authorize): RequestHandler {
  const places = new FairShare({
    places: 2,
    perKey: [1],
    waiting: 20,
    waitingPerKey: 5,
    waitMs: 10_000,
    refusal: "Too many exports are running: try again shortly",
  });
  return async (request, response) => {
    const caller = await authorize(request);
    const name = knownName(String(request.params.name));
    const { columns, filter, campaign, delimiter } = readQuery(Query, request);
    await places.run([caller.tenantId], () =>
      caller.inTransaction(async (client) => {
        await client.query("set transaction read only");
        const choice = { name, columns: columns?.split(","), filter: readFilter(filter), parentId: campaign };
        const parts = exportRows(client, await exportQuery(client, choice), { delimiter });
        // What is refused has another answer.
        const first = await parts.next();
        response.set(csvHeaders(name));
        response.setTimeout(STALLED_MS, () => response.destroy());
        response.write(first.value);
        await pipeline(Readable.from(parts), response, { signal: AbortSignal.timeout(LONGEST_MS) });
      }),
    );
  };
}

function knownName(name: string): ExportName {
  if (Object.hasOwn(EXPORT_KINDS, name)) return name as ExportName;
  throw new ParleyError("PYNFD", `There is no export "${name}"`);
}

function readFilter(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ParleyError("PYREQ", "`filter`: must be JSON", { cause });
  }
}
