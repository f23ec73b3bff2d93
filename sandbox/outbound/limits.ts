import { z } from "zod";

/** Text of `min` to `max` characters. An emoji beyond the basic plane counts once. */
export function characters(max: number, min = 1): z.ZodType<string> {
  return z.string().refine((text) => {
    // Only where the count of UTF-16 units does not settle it are the characters counted one by one.
    if (text.length <= max) return text.length >= min;
    return text.length <= max * 2 && [...text].length <= max;
  }, `Length must be between ${min} and ${max} characters`);
}

/** Whether all the strings differ. */
export function areDistinct(values: readonly string[]): boolean {
  return new Set(values).size === values.length;
}

/** A public address Meta would fetch: the sandbox never does. */
export const link = z.url({ protocol: /^https?$/ }).max(2048);

/** A Graph API node id. */
export const nodeId = z.string().regex(/^\d{1,32}$/, "Must be a numeric id");
