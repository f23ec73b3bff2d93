import type { KeyObject } from "node:crypto";
import jwt from "jsonwebtoken";
import { z } from "zod";
import { ParleyError } from "../../base/errors.ts";
import type { User } from "./visitor.ts";

/** How long an access token is valid. After a sign-out the database rejects it earlier. */
const ACCESS_TOKEN_MINUTES = 15;
const NAME = "parley";

const Claims = z.object({ user: z.uuid(), tenant: z.uuid(), session: z.uuid(), exp: z.number() });

type Session = { userId: string; tenantId: string; sessionId: string; sessionExpiresAt: Date };

/** Signs a JWT (HS256) that names the session's user. It does not outlive the session. */
export function signAccessToken(
  { userId, tenantId, sessionId, sessionExpiresAt }: Session,
  secret: string,
): { token: string; expiresAt: Date } {
  const now = Math.floor(Date.now() / 1000);
  const exp = Math.min(now + ACCESS_TOKEN_MINUTES * 60, Math.floor(sessionExpiresAt.getTime() / 1000));
  const token = jwt.sign({ user: userId, tenant: tenantId, session: sessionId, iat: now, exp }, secret, {
    algorithm: "HS256",
    issuer: NAME,
    audience: NAME,
  });
  return { token, expiresAt: new Date(exp * 1000) };
}

/** @throws ParleyError PYTOK for every invalid token, so that a forger learns nothing. */
export function verifyAccessToken(token: string, secret: string | KeyObject): User {
  try {
    const claims = Claims.parse(
      jwt.verify(token, secret, { algorithms: ["HS256"], issuer: NAME, audience: NAME }),
    );
    return {
      kind: "user",
      userId: claims.user,
      tenantId: claims.tenant,
      credentialId: claims.session,
      expiresAt: new Date(claims.exp * 1000),
    };
  } catch {
    throw badToken();
  }
}

/** The same answer for every invalid access token and API key. */
export function badToken(): ParleyError {
  return new ParleyError(
    "PYTOK",
    "The access token or API key is wrong, expired or revoked, or its session has ended",
  );
}
