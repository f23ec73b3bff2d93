import type { z } from "zod";
import { ParleyError } from "../../base/errors.ts";

/**
 * Parses the input of a mutation. GraphQL has checked names and types; null counts as absent.
 * @throws ParleyError PYREQ, which names the field and never quotes its value
 */
export function readInput<Input extends z.ZodType>(schema: Input, given: object): z.output<Input> {
  const fields = Object.entries(given).filter(([, value]) => value !== null && value !== undefined);
  const result = schema.safeParse(Object.fromEntries(fields), { error: describe });
  if (result.success) return result.data;
  const { path, message } = result.error.issues[0]!;
  throw new ParleyError("PYREQ", `\`${path.join(".")}\` ${message}`, {
    inputPath: ["input", ...path.map(String)],
  });
}

/** The message for checks that have no message of their own. */
function describe(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case "too_small":
      return `must be at least ${issue.minimum}${unitOf(issue.origin)}`;
    case "too_big":
      return `must be at most ${issue.maximum}${unitOf(issue.origin)}`;
    default:
      return "has the wrong form";
  }
}

function unitOf(origin: string): string {
  if (origin === "string") return " characters long";
  return origin === "array" ? " values long" : "";
}
