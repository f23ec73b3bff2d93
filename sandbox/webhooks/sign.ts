import { createHmac } from "node:crypto";

/**
 * JSON as Meta's sender writes it: everything above U+007F as `\uXXXX` (a lone surrogate too) and `/` as `\/`.
 * Parsing and printing it again gives other bytes, and another signature.
 */
export function encodeBody(value: unknown): Buffer {
  const escaped = JSON.stringify(value).replace(/[/\u0080-\uffff]/g, escapeUnit);
  return Buffer.from(escaped, "latin1");
}

function escapeUnit(unit: string): string {
  return unit === "/" ? "\\/" : `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** The value of `X-Hub-Signature-256` over exactly these bytes. */
export function signBody(appSecret: string, bytes: Uint8Array): string {
  return `sha256=${createHmac("sha256", appSecret).update(bytes).digest("hex")}`;
}
