import { isObject, type Json, type JsonObject } from "./json.ts";

/** Readers for untrusted JSON values: each returns `null` when the value does not have the expected type. */

/** The longest id or code word that is accepted; it fits into a B-tree entry. */
const MAX_WORD = 512;

export function objectOf(value: Json | undefined): JsonObject | null {
  return isObject(value) ? value : null;
}

/** Reads a list; a single element without brackets counts as a list of one. */
export function listOf(value: Json | undefined): Json[] {
  if (Array.isArray(value)) return value;
  return value === undefined || value === null ? [] : [value];
}

export function objectsOf(value: Json | undefined): JsonObject[] {
  return listOf(value).filter(isObject);
}

/** Reads an id or code word: a non-empty string of at most 512 characters, or a number's digits. */
export function wordOf(value: Json | undefined): string | null {
  const word = typeof value === "number" ? String(value) : typeof value === "string" ? value.trim() : "";
  return word === "" || word.length > MAX_WORD ? null : word;
}

/** Reads a text that a person wrote, cut to `limit` UTF-16 units without splitting a character. */
export function textOf(value: Json | undefined, limit = 1000): string | null {
  const text = typeof value === "string" ? value : typeof value === "number" ? String(value) : "";
  if (text.length <= limit) return text === "" ? null : text;
  const cut = text.slice(0, limit);
  return cut.isWellFormed() ? cut : cut.slice(0, -1);
}

/** Reads a finite number, or a string that contains one. */
export function numberOf(value: Json | undefined): number | null {
  if (typeof value !== "number" && (typeof value !== "string" || value.trim() === "")) return null;
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}

/** Reads an integer that fits Postgres's `integer`. */
export function integerOf(value: Json | undefined): number | null {
  const number = numberOf(value);
  return Number.isInteger(number) && Math.abs(number!) < 2 ** 31 ? number : null;
}

const FIRST_PLAUSIBLE = Date.UTC(2009, 0);
const LAST_PLAUSIBLE = Date.UTC(2100, 0);

/**
 * Reads an instant in milliseconds, from Unix seconds as string or integer, or from milliseconds,
 * which some providers send. Null before 2009, when no such provider existed, and from 2100 on.
 */
export function instantOf(value: Json | undefined): number | null {
  const number = numberOf(value);
  if (number === null) return null;
  const milliseconds = Math.trunc(number < 1e11 ? number * 1000 : number);
  return milliseconds >= FIRST_PLAUSIBLE && milliseconds < LAST_PLAUSIBLE ? milliseconds : null;
}

/** The object without the `known` keys; null when nothing is left. */
export function leftoverOf(object: JsonObject, known: ReadonlySet<string>): JsonObject | null {
  const rest = Object.entries(object).filter(([key]) => !known.has(key));
  return rest.length === 0 ? null : Object.fromEntries(rest);
}
