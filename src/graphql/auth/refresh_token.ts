import { createHmac, timingSafeEqual } from "node:crypto";

/** What a refresh token stands for: the n-th exchange of a session. */
type Refresh = { sessionId: string; generation: number };

const BODY_BYTES = 20;
const MAC_BYTES = 32;

/**
 * A refresh token is derived from its session, its generation and the key: the same token can be issued twice although
 * it is not stored. 16 bytes session id, 4 bytes generation, 32 bytes HMAC-SHA256, in base64url.
 */
export function signRefreshToken({ sessionId, generation }: Refresh, jwtSecret: string): string {
  const body = Buffer.alloc(BODY_BYTES);
  body.write(sessionId.replaceAll("-", ""), "hex");
  body.writeUInt32BE(generation, BODY_BYTES - 4);
  return Buffer.concat([body, mac(body, jwtSecret)]).toString("base64url");
}

/** Verifies a refresh token; undefined when it is invalid for any reason. */
export function verifyRefreshToken(token: string, jwtSecret: string): Refresh | undefined {
  if (!/^[\w-]{70}$/.test(token)) return undefined;
  const bytes = Buffer.from(token, "base64url");
  const body = bytes.subarray(0, BODY_BYTES);
  const given = bytes.subarray(BODY_BYTES);
  if (given.length !== MAC_BYTES || !timingSafeEqual(given, mac(body, jwtSecret))) return undefined;
  const hex = body.toString("hex", 0, BODY_BYTES - 4);
  return {
    sessionId: hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5"),
    generation: body.readUInt32BE(BODY_BYTES - 4),
  };
}

/** A separate key: access tokens are signed with the secret itself, so that neither token can pass for the other. */
function mac(body: Buffer, jwtSecret: string): Buffer {
  const key = createHmac("sha256", jwtSecret).update("parley/refresh-token/1").digest();
  return createHmac("sha256", key).update(body).digest();
}
