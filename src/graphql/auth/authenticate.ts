import { createSecretKey } from "node:crypto";
import type pg from "pg";
import type { FairShare } from "../../base/fair_share.ts";
import { badToken, verifyAccessToken } from "./access_token.ts";
import type { MemberRole, Visitor } from "./visitor.ts";

/** Authenticates requests. */
export type Authenticator = {
  /**
   * @param authorization `Bearer <token>`, from a header or a WebSocket's connection parameters; undefined: no caller.
   * @throws ParleyError PYTOK
   */
  authenticate(authorization: string | undefined): Promise<Visitor | null>;
  /** The visitor's role; null if the token is no longer valid or the session has ended. Queries the database. */
  roleOf(visitor: Visitor): Promise<MemberRole | null>;
};

/**
 * @param pool connections as the authenticator
 * @param checks limits how many sessions are checked at once, in total, of a tenant and of a session: the pool itself has
 * one queue for all, in which a tenant that sends very many requests would be before the others
 */
export function createAuthenticator(
  pool: Pick<pg.Pool, "query">,
  jwtSecret: string,
  checks: FairShare,
): Authenticator {
  // Created once: from a string, each request would create a key, after trying to parse it as a public key.
  const secret = createSecretKey(Buffer.from(jwtSecret));
  const roleOf = async ({ tenantId, sessionId, userId, expiresAt }: Visitor) => {
    if (expiresAt.getTime() <= Date.now()) return null;
    // One prepared statement, no transaction. The policies check the session again; this check gives clients an error.
    const { rows } = await checks.run([tenantId, sessionId], () =>
      pool.query<{ session_role: MemberRole | null }>({
        name: "session_role",
        text: "select app_hidden.session_role($1, $2)",
        values: [sessionId, userId],
      }),
    );
    return rows[0]?.session_role ?? null;
  };

  return {
    roleOf,
    async authenticate(authorization) {
      if (authorization === undefined || authorization === "") return null;
      const token = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
      if (token === undefined) throw badToken();
      const visitor = verifyAccessToken(token, secret);
      if ((await roleOf(visitor)) === null) throw badToken();
      return visitor;
    },
  };
}
