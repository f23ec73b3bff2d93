import type { Request, RequestHandler } from "express";
import type pg from "pg";
import { z } from "zod";
import { ParleyError } from "../base/errors.ts";
import { FairShare } from "../base/fair_share.ts";
import type { Authorize, Caller } from "../http/caller.ts";
import { paceOf } from "../http/pace.ts";
import { readQuery } from "../http/read_query.ts";
import { receivePart } from "../http/receive_part.ts";
import { cleanFilename } from "../media/clean_filename.ts";
import type { Spool, SpooledFile } from "../media/spool.ts";
import { describeImport } from "./import_state.ts";
import { type ImportOptions, stageImport } from "./stage_import.ts";

/** What uploads may take of this process. */
const LIMITS = {
  /** At the same time: of all tenants, of one, and of one session. */
  uploads: { places: 4, perKey: [2, 1], refusal: "Too many files are being imported: try again shortly" },
  /** Some four million rows. */
  maxBytes: 256 * 1024 * 1024,
  timeoutMs: 30 * 60_000,
  pace: { everyMs: 10_000, leastBytes: 10_000 },
};

const names = z
  .union([z.string(), z.array(z.string())])
  .default([])
  .transform((given) => [given].flat().map((name) => name.trim()))
  .pipe(z.array(z.string().min(1).max(100)).max(20));

const Columns = z.record(z.string(), z.string());

/** `?dryRun=true&tag=vip&columns={"Ort":"fields.city"}` */
const Query = z.strictObject({
  filename: z.string().optional(),
  dryRun: z.stringbool().default(false),
  onExisting: z.enum(["update", "fill", "skip"]).default("update"),
  createFields: z.stringbool().default(false),
  columns: z
    .string()
    .default("{}")
    .transform((text, context) => {
      try {
        return JSON.parse(text) as unknown;
      } catch {
        context.addIssue({ code: "custom", message: "must be JSON" });
        return z.NEVER;
      }
    })
    .pipe(Columns),
  tag: names,
  group: names,
  country: z
    .string()
    .regex(/^[A-Z]{2}$/)
    .optional(),
  encoding: z.string().max(50).optional(),
  delimiter: z.string().length(1).optional(),
});

/** `POST /imports`: receives a CSV file as it is, or in a form, stores its rows, and answers with the import. */
export function importUpload({
  pool,
  spool,
  authorize,
}: {
  pool: pg.Pool;
  spool: Spool;
  authorize: Authorize;
}): RequestHandler {
  const places = new FairShare(LIMITS.uploads);
  return async (request, response) => {
    const caller = await authorize(request);
    const { filename, dryRun, createFields, columns, tag, group, ...rest } = readQuery(Query, request);
    await places.run([caller.tenantId, caller.credentialId], async () => {
      await requireRights(caller);
      await using received = await receive(spool, request);
      // Receiving may have taken long.
      await requireRights(caller);
      const options: ImportOptions = {
        ...rest,
        isDryRun: dryRun,
        createsFields: createFields,
        mapping: columns,
        tags: tag,
        groups: group,
      };
      const { tenantId, userId } = caller;
      const name = cleanFilename(filename ?? received.name ?? "") || null;
      const state = await stageImport(pool, {
        path: received.file.path,
        tenantId,
        userId,
        filename: name,
        options,
      });
      response.status(201).set("cache-control", "no-store").json(describeImport(state));
    });
  };
}

async function requireRights(caller: Caller): Promise<void> {
  await caller.inTransaction((client) => client.query("select app_hidden.require_scope('manage_contacts')"));
}

type Received = AsyncDisposable & { file: SpooledFile; name: string | undefined };

async function receive(spool: Spool, request: Request): Promise<Received> {
  const { maxBytes, timeoutMs } = LIMITS;
  if (Number(request.headers["content-length"] ?? 0) > maxBytes) throw tooLarge();
  const pace = paceOf(request.socket, LIMITS.pace);
  try {
    return await receivePart(
      request,
      async ({ stream, name }) => {
        const file = await spool.write(stream, { maxBytes, timeoutMs, signal: pace.signal });
        return { file, name, [Symbol.asyncDispose]: () => file[Symbol.asyncDispose]() };
      },
      pace.signal,
    );
  } finally {
    pace.stop();
  }
}

function tooLarge(): ParleyError {
  return new ParleyError("PYBIG", `The file may have at most ${LIMITS.maxBytes} bytes`);
}
