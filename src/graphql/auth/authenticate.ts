import { createSecretKey } from "node:crypto";
import type pg from "pg";
import type { FairShare } from "../../base/fair_share.ts";
import { badToken, verifyAccessToken } from "./access_token.ts";
import { isApiKey } from "./api_key.ts";
import { ApiKeys } from "./api_keys.ts";
import type { MemberRole, User, Visitor } from "./visitor.ts";

/** Authenticates requests. */
export type Authenticator = {
  /**
   * @param authorization `Bearer <access token or API key>`, from a header or a WebSocket's connection parameters;
   * undefined: no caller.
   * @param source of the request, as {@link SourceOf} names it
   * @throws ParleyError PYTOK
   */
  authenticate(authorization: string | undefined, source: string): Promise<Visitor | null>;
  /** The visitor's role; null if the token or the key is no longer valid. Queries the database. */
  roleOf(visitor: Visitor): Promise<MemberRole | null>;
};

/**
 * @param pool connections as the authenticator
 * @param checks limits how many sessions and API keys are checked at once, in total, of a tenant and of each: the pool
 * itself has one queue for all, in which a tenant that sends very many requests would be before the others
 */
export function createAuthenticator(
  pool: Pick<pg.Pool, "query">,
  jwtSecret: string,
  checks: FairShare,
): Authenticator {
  // Created once: from a string, each request would create a key, after trying to parse it as a public key.
  const secret = createSecretKey(Buffer.from(jwtSecret));
  const apiKeys = new ApiKeys(pool, checks);

  const roleOfUser = async ({ tenantId, credentialId, userId }: User) => {
    // One prepared statement, no transaction. The policies check the session again; this check gives clients an error.
    const { rows } = await checks.run([tenantId, credentialId], () =>
      pool.query<{ session_role: MemberRole | null }>({
        name: "session_role",
        text: "select app_hidden.session_role($1, $2)",
        values: [credentialId, userId],
      }),
    );
    return rows[0]?.session_role ?? null;
  };
  const roleOf = async (visitor: Visitor) => {
    if (visitor.expiresAt !== null && visitor.expiresAt.getTime() <= Date.now()) return null;
    return visitor.kind === "user" ? roleOfUser(visitor) : apiKeys.roleOf(visitor);
  };

  return {
    roleOf,
    async authenticate(authorization, source) {
      if (authorization === undefined || authorization === "") return null;
      const token = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
      if (token === undefined) throw badToken();
      if (isApiKey(token)) {
        const program = await apiKeys.find(token, source);
        if (program === null) throw badToken();
        return program;
      }
      const user = verifyAccessToken(token, secret);
      if ((await roleOf(user)) === null) throw badToken();
      return user;
    },
  };
}
