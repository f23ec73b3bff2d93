import type { Json } from "./json.ts";
import { sanitize } from "./sanitize.ts";

/**
 * Parses JSON so that the result can be stored in `jsonb` and `text` unchanged: see {@link sanitize}, and
 *
 * - an integer beyond 2^53 (a template id), or a number beyond a double, becomes a string of its digits;
 * - bytes that are not UTF-8 become U+FFFD, a byte order mark is skipped, the last of duplicate keys wins.
 *
 * Runs in linear time.
 * @throws SyntaxError when the bytes are not JSON. Its message quotes the body: do not log it.
 */
export function parseJson(body: Uint8Array): Json {
  const text = UTF8.decode(body);
  const parsed: Json = JSON.parse(text);
  return sanitize(MAY_HOLD_UNSAFE_NUMBER.test(text) ? JSON.parse(text.replace(TOKEN, quoteUnsafe)) : parsed);
}

const UTF8 = new TextDecoder();

/** A cheap first test that may give false positives: most bodies have no such number and are parsed only once. */
const MAY_HOLD_UNSAFE_NUMBER = /[[:,\s]-?(?:\d{16}|\d[\d.]*[eE])/;

/** A string or a number, in valid JSON. Strings are matched so that digits inside them are skipped. */
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

function quoteUnsafe(token: string): string {
  if (token.startsWith('"')) return token;
  const number = Number(token);
  const keepsItsDigits = /[.eE]/.test(token) ? Number.isFinite(number) : Number.isSafeInteger(number);
  return keepsItsDigits ? token : `"${token}"`;
}
