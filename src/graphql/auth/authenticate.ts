import { createSecretKey } from "node:crypto";
import type pg from "pg";
import { badToken, verifyAccessToken } from "./access_token.ts";
import type { Visitor } from "./visitor.ts";

/** Authenticates requests. */
export type Authenticator = {
  /**
   * @param authorization `Bearer <token>`, from a header or a WebSocket's connection parameters; undefined: no caller.
   * @throws ParleyError PYTOK
   */
  authenticate(authorization: string | undefined): Promise<Visitor | null>;
  /** Whether the visitor's token is still valid and the session is open. Queries the database. */
  isSignedIn(visitor: Visitor): Promise<boolean>;
};

/** @param pool connections as the authenticator */
export function createAuthenticator(pool: pg.Pool, jwtSecret: string): Authenticator {
  // Created once: from a string, each request would create a key, after trying to parse it as a public key.
  const secret = createSecretKey(Buffer.from(jwtSecret));
  const isSignedIn = async ({ sessionId, userId, expiresAt }: Visitor) => {
    if (expiresAt.getTime() <= Date.now()) return false;
    // One prepared statement, no transaction. The policies check the session again; this check gives clients an error.
    const { rows } = await pool.query<{ is_signed_in: boolean }>({
      name: "is_signed_in",
      text: "select app_hidden.is_signed_in($1, $2)",
      values: [sessionId, userId],
    });
    return rows[0]?.is_signed_in === true;
  };

  return {
    isSignedIn,
    async authenticate(authorization) {
      if (authorization === undefined || authorization === "") return null;
      const token = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
      if (token === undefined) throw badToken();
      const visitor = verifyAccessToken(token, secret);
      if (!(await isSignedIn(visitor))) throw badToken();
      return visitor;
    },
  };
}
