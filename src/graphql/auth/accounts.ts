import type pg from "pg";
import type { AccountActions } from "../../http/account/account_routes.ts";
import { PasswordResets } from "./password_resets.ts";
import { SessionService, type Sessions } from "./sessions.ts";
import { createSignInLimiter } from "./sign_in_limiter.ts";

/** What the mutations about accounts do. */
export type Accounts = {
  sessions: Sessions;
  passwordResets: Pick<PasswordResets, "request" | "reset">;
};

/** @param pool connections as the authenticator */
export function openAccounts(
  pool: pg.Pool,
  jwtSecret: string,
  sessionDays: number,
): Accounts & { pages: AccountActions } {
  const places = createSignInLimiter(pool);
  const sessions = new SessionService(pool, places, jwtSecret, sessionDays);
  const passwordResets = new PasswordResets(pool, places);
  return {
    sessions,
    passwordResets,
    pages: {
      joinTenant: (acceptance, origin) => sessions.joinTenant(acceptance, origin),
      resetPassword: (reset, origin) => passwordResets.reset(reset, origin),
    },
  };
}
