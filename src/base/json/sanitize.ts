import { FORBIDDEN_KEYS, type Json, type JsonObject } from "./json.ts";

/** Deeper than this a value is cut off: well below where Postgres or a recursive function runs out of stack. */
export const MAX_DEPTH = 64;

/** Stands where something nested deeper than `MAX_DEPTH` stood. */
export const TOO_DEEP = "[nested too deep]";

/**
 * A copy of a value that `jsonb` can hold and JavaScript can work with:
 *
 * - NUL and lone surrogates, in values and keys, become U+FFFD (`jsonb` refuses both);
 * - keys that reach a prototype are left out, with what is under them;
 * - what is nested deeper than `MAX_DEPTH` is cut off.
 */
export function sanitize(value: Json, depth = 0): Json {
  if (typeof value === "string") return sanitizeText(value);
  if (typeof value !== "object" || value === null) return value;
  if (depth >= MAX_DEPTH) return TOO_DEEP;
  if (Array.isArray(value)) return value.map((item) => sanitize(item, depth + 1));
  const clean: JsonObject = {};
  for (const [key, field] of Object.entries(value)) {
    if (!FORBIDDEN_KEYS.has(key)) clean[sanitizeText(key)] = sanitize(field, depth + 1);
  }
  return clean;
}

/** {@link sanitize} of a text. */
export function sanitizeText(text: string): string {
  const wellFormed = text.toWellFormed();
  return wellFormed.includes("\0") ? wellFormed.replaceAll("\0", "\uFFFD") : wellFormed;
}

/** Can a text be stored as it is? */
export function isStorable(text: string): boolean {
  return !text.includes("\0") && text.isWellFormed();
}
