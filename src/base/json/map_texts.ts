import { FORBIDDEN_KEYS, isObject, type Json, type JsonObject } from "./json.ts";

/** Copies a JSON value with every text replaced by `map(text)`; keys and other values stay. */
export function mapTexts(value: Json, change: (text: string) => Json): Json {
  if (typeof value === "string") return change(value);
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, change));
  return isObject(value) ? mapFieldTexts(value, change) : value;
}

/** {@link mapTexts} of an object. */
export function mapFieldTexts(value: JsonObject, change: (text: string) => Json): JsonObject {
  const changed: JsonObject = {};
  for (const [key, field] of Object.entries(value)) {
    if (field !== undefined && !FORBIDDEN_KEYS.has(key)) changed[key] = mapTexts(field, change);
  }
  return changed;
}
