import { isObject, type Json, type JsonObject } from "./json.ts";

/** Readers of JSON values of which nothing is certain: each returns `null` where the value is not of its kind. */

/** Longest id or code word taken as one; keeps every such column within a B-tree entry. */
const MAX_WORD = 512;

export function objectOf(value: Json | undefined): JsonObject | null {
  return isObject(value) ? value : null;
}

/** A list, also where the sender forgot the brackets around a single element. */
export function listOf(value: Json | undefined): Json[] {
  if (Array.isArray(value)) return value;
  return value === undefined || value === null ? [] : [value];
}

export function objectsOf(value: Json | undefined): JsonObject[] {
  return listOf(value).filter(isObject);
}

/** An id or code word: a non-empty string of at most 512 characters, or a number's digits. */
export function wordOf(value: Json | undefined): string | null {
  const word = typeof value === "number" ? String(value) : typeof value === "string" ? value.trim() : "";
  return word === "" || word.length > MAX_WORD ? null : word;
}

/** Something a person wrote, cut to `limit` UTF-16 units without splitting a character. */
export function textOf(value: Json | undefined, limit = 1000): string | null {
  const text = typeof value === "string" ? value : typeof value === "number" ? String(value) : "";
  if (text.length <= limit) return text === "" ? null : text;
  const cut = text.slice(0, limit);
  return cut.isWellFormed() ? cut : cut.slice(0, -1);
}

/** A finite number, also one written as a string. */
export function numberOf(value: Json | undefined): number | null {
  if (typeof value !== "number" && (typeof value !== "string" || value.trim() === "")) return null;
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}

/** An integer that fits Postgres's `integer`. */
export function integerOf(value: Json | undefined): number | null {
  const number = numberOf(value);
  return Number.isInteger(number) && Math.abs(number!) < 2 ** 31 ? number : null;
}

const FIRST_PLAUSIBLE = Date.UTC(2009, 0);
const LAST_PLAUSIBLE = Date.UTC(2100, 0);

/**
 * An instant in milliseconds, from Unix seconds as string or integer, or from milliseconds,
 * which some providers send. Null before 2009 and from 2100 on: no message is as old.
 */
export function instantOf(value: Json | undefined): number | null {
  const number = numberOf(value);
  if (number === null) return null;
  const milliseconds = Math.trunc(number < 1e11 ? number * 1000 : number);
  return milliseconds >= FIRST_PLAUSIBLE && milliseconds < LAST_PLAUSIBLE ? milliseconds : null;
}

/** The part of an object that is not under the `known` keys; null when nothing is left. */
export function leftoverOf(object: JsonObject, known: ReadonlySet<string>): JsonObject | null {
  const rest = Object.entries(object).filter(([key]) => !known.has(key));
  return rest.length === 0 ? null : Object.fromEntries(rest);
}
