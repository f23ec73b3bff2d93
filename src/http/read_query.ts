import type { Request } from "express";
import type { z } from "zod";
import { ParleyError } from "../base/errors.ts";

/** Checks the parameters of an address. @throws ParleyError PYREQ, with the name of the one that is wrong */
export function readQuery<Schema extends z.ZodType>(
  schema: Schema,
  { query }: Pick<Request, "query">,
): z.output<Schema> {
  const read = schema.safeParse(query);
  if (read.success) return read.data;
  const issue = read.error.issues[0]!;
  const name = issue.code === "unrecognized_keys" ? issue.keys[0] : issue.path.join(".");
  throw new ParleyError("PYREQ", `\`${name}\`: ${issue.message}`);
}
