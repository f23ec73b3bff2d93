import { FORBIDDEN_KEYS, type Json, type JsonObject } from "./json.ts";

/** Levels of nesting kept of a value from outside. */
const DEEPEST = 64;

/**
 * A value as PostgreSQL's `jsonb` can hold it: without NUL characters, half surrogate pairs, keys that reach a
 * prototype, and what is nested deeper than 64 levels (null stands there). Other values stay as they are.
 */
export function storable(value: Json, depth = 0): Json {
  if (typeof value === "string") return cleanText(value);
  if (typeof value !== "object" || value === null) return value;
  if (depth >= DEEPEST) return null;
  if (Array.isArray(value)) return value.map((item) => storable(item, depth + 1));
  const clean: JsonObject = {};
  for (const [key, field] of Object.entries(value)) {
    if (field !== undefined && !FORBIDDEN_KEYS.has(key)) clean[cleanText(key)] = storable(field, depth + 1);
  }
  return clean;
}

/** Can a text be stored as it is? */
export function isStorable(text: string): boolean {
  return !text.includes("\u0000") && text.isWellFormed();
}

function cleanText(text: string): string {
  return isStorable(text) ? text : text.replaceAll("\u0000", "").toWellFormed();
}
