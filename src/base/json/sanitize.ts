import { FORBIDDEN_KEYS, type Json, type JsonObject } from "./json.ts";

/** Values are cut off below this depth, long before Postgres or a recursive function runs out of stack. */
export const MAX_DEPTH = 64;

/** Replaces a value that is nested deeper than `MAX_DEPTH`. */
export const TOO_DEEP = "[nested too deep]";

/**
 * Copies a value so that `jsonb` can store it and JavaScript can use it safely:
 *
 * - NUL and lone surrogates, in values and keys, become U+FFFD (`jsonb` refuses both);
 * - keys that give access to a prototype are left out, with their values;
 * - values nested deeper than `MAX_DEPTH` are cut off.
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

/** Whether a text can be stored unchanged. */
export function isStorable(text: string): boolean {
  return !text.includes("\0") && text.isWellFormed();
}
