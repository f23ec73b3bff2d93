import type { Json, JsonObject } from "./read_json.ts";

/** Deeper than this a value is cut off: well below where Postgres or a recursive function runs out of stack. */
export const MAX_DEPTH = 100;

/** Stands where something nested deeper than `MAX_DEPTH` stood. */
export const TOO_DEEP = "[nested too deep]";

/**
 * Reads JSON so that the result goes into `jsonb` and `text` as it is.
 *
 * - NUL and lone surrogates, in values and keys, become U+FFFD (`jsonb` refuses both);
 * - what is nested deeper than `MAX_DEPTH` is cut off;
 * - an integer beyond 2^53 (a template id), or a number beyond a double, becomes a string of its digits;
 * - bytes that are not UTF-8 become U+FFFD, a byte order mark is skipped, the last of duplicate keys wins.
 *
 * Takes time in proportion to the body.
 * @throws SyntaxError when the bytes are not JSON. Its message quotes the body: do not log it.
 */
export function parseJson(body: Uint8Array): Json {
  const text = UTF8.decode(body);
  const parsed: Json = JSON.parse(text);
  return clean(MAY_HOLD_UNSAFE_NUMBER.test(text) ? JSON.parse(text.replace(TOKEN, quoteUnsafe)) : parsed, 0);
}

const UTF8 = new TextDecoder();

/** A cheap first look, allowed to be wrong one way: most bodies hold no such number and are read only once. */
const MAY_HOLD_UNSAFE_NUMBER = /[[:,\s]-?(?:\d{16}|\d[\d.]*[eE])/;

/** A string or a number. Strings are matched so that digits inside them are not; the text is known to be JSON. */
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

function quoteUnsafe(token: string): string {
  if (token.startsWith('"')) return token;
  const number = Number(token);
  const keepsItsDigits = /[.eE]/.test(token) ? Number.isFinite(number) : Number.isSafeInteger(number);
  return keepsItsDigits ? token : `"${token}"`;
}

/** Cleans in place: the tree is fresh from the parser, and most of it is clean. */
function clean(value: Json, depth: number): Json {
  if (typeof value === "string") return cleanText(value);
  if (typeof value !== "object" || value === null) return value;
  if (depth >= MAX_DEPTH) return TOO_DEEP;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) value[i] = clean(value[i]!, depth + 1);
  } else {
    cleanObject(value, depth);
  }
  return value;
}

function cleanObject(object: JsonObject, depth: number): void {
  for (const key of Object.keys(object)) {
    const value = clean(object[key]!, depth + 1);
    const name = cleanText(key);
    if (name !== key) delete object[key];
    object[name] = value;
  }
}

function cleanText(text: string): string {
  const wellFormed = text.toWellFormed();
  return wellFormed.includes("\0") ? wellFormed.replaceAll("\0", "\uFFFD") : wellFormed;
}
