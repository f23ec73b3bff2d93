import type { Request } from "express";
import type { z } from "zod";
import { readJson, requireLength } from "../read_body.ts";
import type { StoredFile, TemporaryFiles } from "../temporary_files.ts";
import { ControlError } from "./control_error.ts";

const MAX_JSON_BYTES = 64 * 1024;

/**
 * The JSON body, checked. Other content types are refused: a browser sends these two from a foreign page only after
 * a preflight request, which is never allowed.
 */
export async function readInput<T>(request: Request, schema: z.ZodType<T>): Promise<T> {
  requireType(request, "application/json");
  return schema.parse(await readJson(request, MAX_JSON_BYTES));
}

/** A file as the body, written to disk while it arrives. */
export async function readFile(request: Request, limit: number, files: TemporaryFiles): Promise<StoredFile> {
  requireType(request, "application/octet-stream");
  requireLength(request, limit);
  return await files.receive(request.iterator({ destroyOnReturn: false }), limit);
}

function requireType(request: Request, type: string): void {
  if (!request.is(type)) throw new ControlError(415, `The content type must be ${type}`);
}
