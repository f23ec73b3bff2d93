import { createCipheriv, createDecipheriv, type KeyObject, randomBytes } from "node:crypto";
import type { KeyRing } from "./key_ring.ts";

/**
 * A secret as it is stored in the database: AES-256-GCM, as a small JSON object whose byte strings are in base64url.
 *
 * `{"v":1,"kid":"<key id>","iv":"<12 bytes>","ct":"<ciphertext>","tag":"<16 bytes>"}`
 */
export type Envelope = string;

type Fields = { v: 1; kid: string; iv: string; ct: string; tag: string };

/** The envelope cannot be opened. The message contains no part of the secret. */
export class EnvelopeError extends Error {
  override readonly name = "EnvelopeError";
  /** `malformed`; `unknown_key`: sealed under a key that is not in the ring; `forged`: changed, or of another row. */
  readonly reason: "malformed" | "unknown_key" | "forged";

  constructor(reason: EnvelopeError["reason"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

/**
 * Seals a secret for one place in the database.
 *
 * @param address the place, `<schema>.<table>/<row id>/<column>`, such as
 *   `app_private.channel_secrets/<channel id>/access_token`. It is authenticated data, so that an envelope can be
 *   opened only in the place it was sealed for.
 */
export function seal(secret: string, address: string, ring: KeyRing): Envelope {
  const iv = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", keyOf(ring.current, ring), iv).setAAD(
    authenticated(ring.current, address),
  );
  const ct = Buffer.concat([cipher.update(secret, "utf8"), cipher.final()]);
  const fields: Fields = {
    v: 1,
    kid: ring.current,
    iv: iv.toString("base64url"),
    ct: ct.toString("base64url"),
    tag: cipher.getAuthTag().toString("base64url"),
  };
  return JSON.stringify(fields);
}

/**
 * Opens an envelope and returns the secret.
 * @param address the place it was sealed for.
 * @throws EnvelopeError
 */
export function open(envelope: Envelope, address: string, ring: KeyRing): string {
  const { kid, iv, ct, tag } = fieldsOf(envelope);
  const decipher = createDecipheriv("aes-256-gcm", keyOf(kid, ring), bytes(iv), { authTagLength: 16 });
  try {
    decipher.setAAD(authenticated(kid, address)).setAuthTag(bytes(tag));
    return Buffer.concat([decipher.update(bytes(ct)), decipher.final()]).toString("utf8");
  } catch (cause) {
    throw new EnvelopeError("forged", "the envelope was changed, or belongs to another row", { cause });
  }
}

/** The id of the key that an envelope is sealed with. @throws EnvelopeError malformed */
export function keyIdOf(envelope: Envelope): string {
  return fieldsOf(envelope).kid;
}

function keyOf(kid: string, ring: KeyRing): KeyObject {
  const key = ring.keys.get(kid);
  if (key === undefined)
    throw new EnvelopeError("unknown_key", `there is no secret key ${JSON.stringify(kid)}`);
  return key;
}

function authenticated(kid: string, address: string): Buffer {
  return Buffer.from(JSON.stringify([1, kid, address]));
}

function bytes(text: string): Buffer {
  return Buffer.from(text, "base64url");
}

const BASE64URL = /^[\w-]*$/;

function fieldsOf(envelope: Envelope): Fields {
  let parsed: unknown;
  try {
    parsed = JSON.parse(envelope);
  } catch {
    throw malformed();
  }
  if (!isFields(parsed)) throw malformed();
  return parsed;
}

function isFields(value: unknown): value is Fields {
  if (typeof value !== "object" || value === null) return false;
  const { v, kid, iv, ct, tag } = value as Record<keyof Fields, unknown>;
  const isBytes = (text: unknown, length?: number) =>
    typeof text === "string" &&
    BASE64URL.test(text) &&
    (length === undefined || bytes(text).length === length);
  return v === 1 && typeof kid === "string" && isBytes(iv, 12) && isBytes(ct) && isBytes(tag, 16);
}

function malformed(): EnvelopeError {
  // The parser's message is left out: it would quote the text, which may be a secret stored unencrypted.
  return new EnvelopeError("malformed", "the sealed value is not an envelope of version 1");
}
