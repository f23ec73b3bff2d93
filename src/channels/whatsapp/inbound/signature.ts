import { createHmac, timingSafeEqual } from "node:crypto";

const SHAPE = /^sha256=[0-9a-f]{64}$/;

/**
 * Whether a `X-Hub-Signature-256` header is right for a body: HMAC-SHA256 of the raw bytes, keyed with the app secret.
 *
 * Several secrets may be given, since old and new are both valid while an app secret is being rotated. The time taken
 * tells nothing about which secret, or how much of the signature, matched. A missing or misshapen header is refused
 * before the body is looked at.
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
    // An empty secret is a channel that is not set up, and a signature anyone can make.
    const matches = timingSafeEqual(Buffer.from(sign(body, secret)), received);
    isValid = (matches && secret !== "") || isValid;
  }
  return isValid;
}

/** Whether it can be a signature at all: what cannot is refused before the body is read. */
export function hasSignatureShape(header: string): boolean {
  return SHAPE.test(header);
}

/** The header a sender of `body` would set: `sha256=` and 64 lower-case hexadecimal digits. */
export function sign(body: Uint8Array | string, appSecret: string): string {
  return `sha256=${createHmac("sha256", appSecret).update(body).digest("hex")}`;
}
