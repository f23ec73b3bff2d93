import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type RequestHandler, type Response, Router } from "express";
import type pg from "pg";
import { z } from "zod";
import { ParleyError } from "../base/errors.ts";
import { FairShare } from "../base/fair_share.ts";
import { allowOnly } from "../http/allow_only.ts";
import { answerRefusal } from "../http/answer_refusal.ts";
import type { Authorize, Caller } from "../http/caller.ts";
import { csvHeaders } from "../http/csv_headers.ts";
import { readQuery } from "../http/read_query.ts";
import { EXPORT_KINDS, type ExportName } from "./export_kinds.ts";
import { exportQuery } from "./export_query.ts";
import { exportRows } from "./export_rows.ts";
import { personExport } from "./person_export.ts";

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

/**
 * `GET /exports/:name`: rows as a CSV file. `GET /exports/contacts/:id`: everything about a contact as JSON Lines. Both with
 * the rights of the caller.
 */
export function exportRoutes({ authorize }: { authorize: Authorize }): Router {
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
  router.route("/contacts/:id").get(exportPerson(authorize, places)).all(allowOnly("GET"));
  router.route("/:name").get(createExport(authorize, places)).all(allowOnly("GET"));
  return router.use(answerRefusal);
}

function exportPerson(authorize: Authorize, places: FairShare): RequestHandler {
  return async (request, response) => {
    const caller = await authorize(request);
    const id = z.uuid().safeParse(request.params.id).data;
    await places.run([caller.tenantId], async () => {
      await recordExport(caller, "contacts", id, undefined);
      const headers = {
        "content-type": "application/x-ndjson; charset=utf-8",
        "content-disposition": `attachment; filename="contact-${id}.jsonl"`,
        "cache-control": "no-store",
      };
      await stream(caller, response, headers, async (client) => personExport(client, id ?? null));
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
      await stream(caller, response, csvHeaders(name), async (client) =>
        exportRows(client, await exportQuery(client, choice), { delimiter }),
      );
    });
  };
}

/** Answers with the parts of an export, which are read in one transaction. */
async function stream(
  caller: Caller,
  response: Response,
  headers: Record<string, string>,
  read: (client: pg.ClientBase) => Promise<AsyncGenerator<string | Buffer>>,
): Promise<void> {
  await caller.inTransaction(async (client) => {
    await client.query("set transaction read only");
    const parts = await read(client);
    // What is refused has another answer.
    const first = await parts.next();
    response.set(headers);
    response.setTimeout(STALLED_MS, () => response.destroy());
    response.write(first.value);
    await pipeline(Readable.from(parts), response, { signal: AbortSignal.timeout(LONGEST_MS) });
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
