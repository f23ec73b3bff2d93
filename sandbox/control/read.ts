import type { Request } from "express";
import type { z } from "zod";
import { readBody, readJson } from "../read_body.ts";
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

/** The bytes of a file. */
export async function readFile(request: Request, limit: number): Promise<Buffer> {
  requireType(request, "application/octet-stream");
  return await readBody(request, limit);
}

function requireType(request: Request, type: string): void {
  if (!request.is(type)) throw new ControlError(415, `The content type must be ${type}`);
}
