import { createHash } from "node:crypto";

/** What app_private.add_api_key() makes: 24 random bytes, and the first 4 bytes of their SHA-256. */
const FORM = /^parley_([0-9a-f]{48})([0-9a-f]{8})$/;

/** Whether a bearer token is meant to be an API key. */
export function isApiKey(token: string): boolean {
  return token.startsWith("parley_");
}

/**
 * The SHA-256 of an API key in hexadecimal digits, by which the database finds it; undefined for a key whose checksum is
 * wrong, which cannot exist. A key is found by its hash, so the time that this takes says nothing about other keys.
 */
export function apiKeyHash(key: string): string | undefined {
  const [, random = "", checksum] = FORM.exec(key) ?? [];
  if (checksum === undefined || sha256(Buffer.from(random, "hex")).slice(0, 8) !== checksum) return undefined;
  return sha256(key);
}

function sha256(value: string | Buffer): string {
  return createHash("sha256").update(value).digest("hex");
}
