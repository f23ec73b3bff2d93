import { createHmac, timingSafeEqual } from "node:crypto";

const SHAPE = /^sha256=[0-9a-f]{64}$/;

/**
 * Verifies the `X-Hub-Signature-256` header of a body: the HMAC-SHA256 of the raw bytes, with the app secret as key.
 *
 * Accepts several secrets, because the old and the new one are both valid during a rotation. The time taken does not
 * reveal which secret, or how much of the signature, matched. A missing or malformed header is refused before the body
 * is hashed.
 */
export function verifySignature(
  body: Uint8Array,
  header: string | undefined,
  appSecrets: readonly string[],
): boolean {
  if (header === undefined || !hasSignatureShape(header)) return false;
  const received = Buffer.from(header);
  let isValid = false;
  for (const secret of appSecrets) {
    // A channel that is not set up has an empty secret, with which anyone could sign.
    const matches = timingSafeEqual(Buffer.from(sign(body, secret)), received);
    isValid = (matches && secret !== "") || isValid;
  }
  return isValid;
}

/** Whether a header has the format of a signature. If not, the request is refused before its body is read. */
export function hasSignatureShape(header: string): boolean {
  return SHAPE.test(header);
}

/** Returns the header for `body`: `sha256=` and 64 lower-case hexadecimal digits. */
export function sign(body: Uint8Array | string, appSecret: string): string {
  return `sha256=${createHmac("sha256", appSecret).update(body).digest("hex")}`;
}
