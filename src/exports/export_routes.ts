import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type RequestHandler, type Response, Router } from "express";
import type pg from "pg";
import { z } from "zod";
import { ParleyError } from "../base/errors.ts";
import { FairShare } from "../base/fair_share.ts";
import type { Log } from "../base/log.ts";
import { allowOnly } from "../http/allow_only.ts";
import { answerRefusal } from "../http/answer_refusal.ts";
import type { Authorize, Caller } from "../http/caller.ts";
import { csvHeaders } from "../http/csv_headers.ts";
import { readQuery } from "../http/read_query.ts";
import type { MediaFiles } from "../media/media_files.ts";
import { EXPORT_KINDS, type ExportName } from "./export_kinds.ts";
import { exportQuery } from "./export_query.ts";
import { exportRows } from "./export_rows.ts";
import { personZip } from "./person_zip.ts";

/** `?columns=phone,name&filter={"field":"tag","is":"vip"}` */
const Query = z.strictObject({
  columns: z.string().optional(),
  filter: z.string().optional(),
  campaign: z.uuid().optional(),
  delimiter: z.string().length(1).optional(),
});

type ExportParts = {
  authorize: Authorize;
  /** Connections as the owner. */
  pool: pg.Pool;
  media: Pick<MediaFiles, "storage">;
  log: Log;
};

/** A reader that takes nothing for so long is disconnected. */
const STALLED_MS = 30_000;
const LONGEST_MS = 60 * 60_000;

/**
 * `GET /exports/:name`: rows as a CSV file. `GET /exports/contacts/:id`: everything about a contact as a ZIP file. Both with
 * the rights of the caller.
 */
export function exportRoutes(parts: ExportParts): Router {
  const { authorize } = parts;
  // An export has a connection of its own, and a transaction as long as it takes.
  const places = new FairShare({
    places: 2,
    perKey: [1],
    waiting: 20,
    waitingPerKey: 5,
    waitMs: 10_000,
    refusal: "Too many exports are running: try again shortly",
  });
  const router = Router();
  router.route("/contacts/:id").get(exportPerson(parts, places)).all(allowOnly("GET"));
  router.route("/:name").get(createExport(authorize, places)).all(allowOnly("GET"));
  return router.use(answerRefusal);
}

function exportPerson({ authorize, pool, media, log }: ExportParts, places: FairShare): RequestHandler {
  return async (request, response) => {
    const caller = await authorize(request);
    const id = z.uuid().safeParse(request.params.id).data;
    const read = <T>(work: (client: pg.ClientBase) => Promise<T>) => inReadOnlyTransaction(caller, work);
    await places.run([caller.tenantId], async () => {
      await recordExport(caller, "contacts", id, undefined);
      const headers = {
        "content-type": "application/zip",
        "content-disposition": `attachment; filename="contact-${id}.zip"`,
        "cache-control": "no-store",
      };
      const zip = personZip({ read, pool, storage: media.storage, log }, id ?? null);
      await send(response, headers, zip);
    });
  };
}

function createExport(authorize: Authorize, places: FairShare): RequestHandler {
  return async (request, response) => {
    const caller = await authorize(request);
    const name = knownName(String(request.params.name));
    const { columns: list, filter, campaign, delimiter } = readQuery(Query, request);
    const columns = list?.split(",");
    const choice = { name, columns, filter: readFilter(filter), parentId: campaign };
    await places.run([caller.tenantId], async () => {
      await recordExport(caller, name, campaign, columns);
      await inReadOnlyTransaction(caller, async (client) => {
        const rows = exportRows(client, await exportQuery(client, choice), { delimiter });
        await send(response, csvHeaders(name), rows);
      });
    });
  };
}

/** Answers with the parts of an export. */
async function send(
  response: Response,
  headers: Record<string, string>,
  parts: AsyncIterableIterator<string | Uint8Array>,
): Promise<void> {
  // What is refused has another answer.
  const first = await parts.next();
  response.set(headers);
  response.setTimeout(STALLED_MS, () => response.destroy());
  response.write(first.value);
  await pipeline(Readable.from(parts), response, { signal: AbortSignal.timeout(LONGEST_MS) });
}

function inReadOnlyTransaction<T>(caller: Caller, work: (client: pg.ClientBase) => Promise<T>): Promise<T> {
  return caller.inTransaction(async (client) => {
    await client.query("set transaction read only");
    return work(client);
  });
}

/** In a transaction of its own: that of the export is read-only, and may be interrupted. */
function recordExport(
  caller: Caller,
  name: string,
  rowId: string | undefined,
  columns: readonly string[] | undefined,
): Promise<unknown> {
  return caller.inTransaction((client) =>
    client.query("select app_hidden.record_export($1, $2, $3)", [name, rowId ?? null, columns ?? null]),
  );
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
